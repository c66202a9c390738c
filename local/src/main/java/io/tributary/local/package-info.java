/** Placeholder. */
package io.tributary.local;
