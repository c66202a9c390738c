/** Segments: conditions on profiles, which of them a change can flip, and who is in since when. */
package io.tributary.operators.segment;
