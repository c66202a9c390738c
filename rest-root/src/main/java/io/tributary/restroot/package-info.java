/** Runs inside the bare Elasticsearch node of tests and the local stack; never in a job. */
package io.tributary.restroot;
