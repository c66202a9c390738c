/**
 * What Kibana asks Elasticsearch for the charts and tables, and how it reads the answers: so that the numbers of the
 * dashboards can be looked at without a Kibana. Whatever is not known here is an error.
 */
package io.tributary.kibana.query;
