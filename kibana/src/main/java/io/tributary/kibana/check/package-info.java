/**
 * Verifies saved objects without knowing what they were made of: Kibana imports a chart that names a field which is not
 * there, and says so only on the screen.
 */
package io.tributary.kibana.check;
