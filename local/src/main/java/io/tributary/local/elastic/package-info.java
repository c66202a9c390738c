/** Looks after the indices of Elasticsearch: makes those of profiles anew, drops what is old. */
package io.tributary.local.elastic;
