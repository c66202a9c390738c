/** How long after its event a merger is visible, measured on a running stack. */
package io.tributary.local.latency;
