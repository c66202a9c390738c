/** The demonstration: a shop's traffic through the whole suite, told by what comes out of it. */
package io.tributary.local.demo;
