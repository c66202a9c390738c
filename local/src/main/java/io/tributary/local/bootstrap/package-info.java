/** The customer job's state from files of history. */
package io.tributary.local.bootstrap;
