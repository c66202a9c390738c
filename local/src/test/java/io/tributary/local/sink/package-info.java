/** The sink and its documents against a real Elasticsearch. */
package io.tributary.local.sink;
