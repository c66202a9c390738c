/**
 * What the dashboards must show, calculated a second time in the plainest way: from the documents and the saved objects,
 * and not by way of Elasticsearch's aggregations.
 */
package io.tributary.local.dashboards;
