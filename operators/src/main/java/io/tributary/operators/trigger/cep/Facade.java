package io.tributary.operators.trigger.cep;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * The two wide interfaces of Flink's runtime of which matching needs a method or two. Every other method throws
 * {@link UnsupportedOperationException} with its name, so a new need is noticed at once.
 */
final class Facade {

    /** Answers a call; null means that the method is not offered. */
    @FunctionalInterface
    private interface Answers {
        Object to(String method, Object[] arguments);
    }

    private Facade() {}

    /** A store whose map states are in memory and stay reachable by name in {@code states}. */
    static KeyedStateStore stateStore(Map<String, InMemoryMapState<?, ?>> states) {
        return of(
                KeyedStateStore.class,
                (method, arguments) -> method.equals("getMapState")
                        ? states.computeIfAbsent(
                                ((MapStateDescriptor<?, ?>) arguments[0]).getName(), name -> new InMemoryMapState<>())
                        : null);
    }

    /** What a rich condition may ask for outside a job: metrics that nobody reads, parameters, a class loader. */
    static RuntimeContext runtimeContext() {
        Map<String, Object> offered = new HashMap<>();
        offered.put("getMetricGroup", UnregisteredMetricsGroup.createOperatorMetricGroup());
        offered.put("getGlobalJobParameters", Map.of());
        offered.put("getUserCodeClassLoader", Facade.class.getClassLoader());
        offered.put("isObjectReuseEnabled", false);
        return of(RuntimeContext.class, (method, arguments) -> offered.get(method));
    }

    private static <T> T of(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                Facade.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object answer = answers.to(method.getName(), arguments);
                    if (answer == null) {
                        throw new UnsupportedOperationException(
                                type.getSimpleName() + "." + method.getName() + " is not available while matching");
                    }
                    return answer;
                }));
    }
}
