/** The CEL that people write into definitions and mappings: closed, terminating, the same everywhere. */
package io.tributary.schemas.cel;
