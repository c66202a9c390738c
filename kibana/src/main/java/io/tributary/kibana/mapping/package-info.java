/** Mappings of Elasticsearch's indices, as far as charts depend on them. */
package io.tributary.kibana.mapping;
