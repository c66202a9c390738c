/** YAML files that people write: nodes that know their place, and messages that name it and what was probably meant. */
package io.tributary.schemas.yaml;
