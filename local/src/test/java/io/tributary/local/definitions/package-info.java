/** The definitions that come with the platform, and what they promise. */
package io.tributary.local.definitions;
