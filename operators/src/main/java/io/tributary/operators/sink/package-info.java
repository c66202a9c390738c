/**
 * Profiles, personal data and triggers as documents of Elasticsearch, written once per version.
 *
 * <p>{@link io.tributary.operators.sink.ElasticsearchSink} writes; the document builders say what; {@link
 * io.tributary.operators.sink.ElasticsearchSetup} prepares the indices. The page is {@code docs/elasticsearch-sink.md}.
 */
package io.tributary.operators.sink;
