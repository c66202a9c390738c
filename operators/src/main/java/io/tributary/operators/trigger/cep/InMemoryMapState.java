package io.tributary.operators.trigger.cep;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/**
 * A map state of the one customer that is loaded. It notices when a key comes or goes, so that an unchanged state need
 * not be written; changes inside a value are the matcher's own flag.
 */
final class InMemoryMapState<K, V> implements MapState<K, V> {

    private final Map<K, V> map = new HashMap<>();
    private boolean changed;

    /** Whether a key was added, replaced by another value or removed since {@link #markUnchanged()}. */
    boolean changed() {
        return changed;
    }

    void markUnchanged() {
        changed = false;
    }

    Map<K, V> asMap() {
        return map;
    }

    @Override
    public V get(K key) {
        return map.get(key);
    }

    @Override
    public void put(K key, V value) {
        V before = map.put(key, value);
        changed |= before != value;
    }

    @Override
    public void putAll(Map<K, V> entries) {
        entries.forEach(this::put);
    }

    @Override
    public void remove(K key) {
        changed |= map.remove(key) != null;
    }

    @Override
    public boolean contains(K key) {
        return map.containsKey(key);
    }

    @Override
    public Iterable<Map.Entry<K, V>> entries() {
        return map.entrySet();
    }

    @Override
    public Iterable<K> keys() {
        return () -> new NoticingIterator<>(map.keySet().iterator());
    }

    @Override
    public Iterable<V> values() {
        return map.values();
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        return map.entrySet().iterator();
    }

    @Override
    public boolean isEmpty() {
        return map.isEmpty();
    }

    @Override
    public void clear() {
        changed |= !map.isEmpty();
        map.clear();
    }

    /** The shared buffer trims its counters through the iterator of the keys. */
    private final class NoticingIterator<T> implements Iterator<T> {

        private final Iterator<T> iterator;

        NoticingIterator(Iterator<T> iterator) {
            this.iterator = iterator;
        }

        @Override
        public boolean hasNext() {
            return iterator.hasNext();
        }

        @Override
        public T next() {
            return iterator.next();
        }

        @Override
        public void remove() {
            iterator.remove();
            changed = true;
        }
    }
}
