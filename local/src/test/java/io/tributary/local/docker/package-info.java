/** What can be known about {@code docker/} without a Docker engine. */
package io.tributary.local.docker;
