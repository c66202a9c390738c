/** Definitions that come with the suite. */
package io.tributary.local.definitions;
