/** The components of the suite as processes or objects of one machine. */
package io.tributary.local.stack;
