/** What people demand of their data: records of {@code cdp.privacy.v1}. */
package io.tributary.schemas.privacy;
