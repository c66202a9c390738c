/** Files that are not the Segment specification, turned into lines that are: mappings, their language and their errors. */
package io.tributary.schemas.mapping;
