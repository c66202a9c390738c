/** The job on a cluster of real processes, with crashes. */
package io.tributary.local.cluster;
