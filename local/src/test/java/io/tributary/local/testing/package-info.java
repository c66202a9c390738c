/** What several packages of tests share. */
package io.tributary.local.testing;
