/** Pictures of the dashboards from the rows of their queries, drawn by the project itself: they are none of Kibana. */
package io.tributary.kibana.drawing;
