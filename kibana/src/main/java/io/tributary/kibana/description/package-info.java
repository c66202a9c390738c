/**
 * The dashboards as data: what is to be shown, of which index, by which aggregation. Nothing here knows how Kibana writes
 * it down; whoever draws, translates or generates works from this model.
 */
package io.tributary.kibana.description;
