/** The suite on one machine without Docker. */
package io.tributary.local;
