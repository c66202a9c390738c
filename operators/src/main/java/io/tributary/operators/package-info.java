/** Placeholder. */
package io.tributary.operators;
