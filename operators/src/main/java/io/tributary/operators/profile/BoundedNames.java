package io.tributary.operators.profile;

import io.tributary.schemas.codec.Hashes;
import java.util.Comparator;
import java.util.SortedMap;

/**
 * Keeps a map small without depending on the order in which its keys arrived: of more keys than fit, those with the
 * smallest hashes stay. A key that has left can't come back, so what stays is complete.
 */
final class BoundedNames {
    private static final Comparator<String> BY_HASH = Comparator.<String, Long>comparing(
                    name -> Hashes.prefix(Hashes.sha256(name)), Long::compareUnsigned)
            .thenComparing(Comparator.naturalOrder());

    private BoundedNames() {}

    static <V> void trim(SortedMap<String, V> map, int max) {
        while (map.size() > max) {
            map.remove(map.keySet().stream().max(BY_HASH).orElseThrow());
        }
    }
}
