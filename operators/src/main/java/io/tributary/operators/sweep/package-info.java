/** Looks at all keys of an operator again, a few at a time between its records. */
package io.tributary.operators.sweep;
