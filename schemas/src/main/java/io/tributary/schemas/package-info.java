/** Placeholder. */
package io.tributary.schemas;
