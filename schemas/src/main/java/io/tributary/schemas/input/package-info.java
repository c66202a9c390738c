/** Files as lines of raw bytes, before anybody decides what the bytes mean. */
package io.tributary.schemas.input;
