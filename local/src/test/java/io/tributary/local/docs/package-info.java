/** Pages that are generated from the code, or whose examples run. */
package io.tributary.local.docs;
