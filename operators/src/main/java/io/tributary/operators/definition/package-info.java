/** Definitions on their way into the job. */
package io.tributary.operators.definition;
