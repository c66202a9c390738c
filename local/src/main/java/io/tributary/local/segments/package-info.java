/** Segments before they are published, and why somebody is in one: decided by published profiles. */
package io.tributary.local.segments;
