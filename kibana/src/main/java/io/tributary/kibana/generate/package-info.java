/** Writes the description down as saved objects of Kibana 8.19. */
package io.tributary.kibana.generate;
