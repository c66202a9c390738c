/** Definitions as data: computed traits and segments, read from YAML, checked, and as they travel. */
package io.tributary.schemas.definition;
