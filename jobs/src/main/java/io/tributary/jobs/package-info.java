/** Placeholder. */
package io.tributary.jobs;
