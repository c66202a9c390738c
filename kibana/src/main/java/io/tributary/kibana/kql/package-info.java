/** The part of the Kibana Query Language that the dashboards use. */
package io.tributary.kibana.kql;
