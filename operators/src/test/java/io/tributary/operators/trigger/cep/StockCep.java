package io.tributary.operators.trigger.cep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.functions.TimedOutPartialMatchHandler;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.operator.CepOperator;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;

/** Flink's own CEP operator on heap state, with a watermark after every millisecond. */
final class StockCep {

    private StockCep() {}

    /**
     * What the operator finds, by customer, in its order.
     *
     * @param events ordered by time, then by their order within an instant; the first after 0
     * @param end the last watermark, milliseconds
     */
    static Map<String, List<String>> find(Pattern<ShopEvent, ?> pattern, List<ShopEvent> events, long end)
            throws Exception {
        Reporter reporter = new Reporter();
        CepOperator<ShopEvent, String, String> operator = new CepOperator<>(
                ShopEvent.serializer(),
                false,
                NFACompiler.compileFactory(pattern, true),
                null,
                pattern.getAfterMatchSkipStrategy(),
                reporter,
                null);
        try (KeyedOneInputStreamOperatorTestHarness<String, ShopEvent, String> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(operator, ShopEvent::customer, Types.STRING)) {
            harness.open();
            int next = 0;
            for (long now = 1; now <= end; now++) {
                for (; next < events.size() && events.get(next).timestamp() == now; next++) {
                    harness.processElement(events.get(next), now);
                }
                harness.processWatermark(now);
            }
        }
        return reporter.found;
    }

    /** Keeps matches and timeouts in one list per customer, which outputs and side outputs would not. */
    private static final class Reporter extends PatternProcessFunction<ShopEvent, String>
            implements TimedOutPartialMatchHandler<ShopEvent> {

        private static final long serialVersionUID = 1L;

        private final HashMap<String, List<String>> found = new HashMap<>();

        @Override
        public void processMatch(Map<String, List<ShopEvent>> match, Context context, Collector<String> out) {
            report(match, Findings.matchLine(match, context.timestamp()));
        }

        @Override
        public void processTimedOutMatch(Map<String, List<ShopEvent>> match, Context context) {
            report(match, Findings.timeoutLine(match, context.timestamp()));
        }

        private void report(Map<String, List<ShopEvent>> match, String line) {
            String customer = match.values().iterator().next().get(0).customer();
            found.computeIfAbsent(customer, name -> new ArrayList<>()).add(line);
        }
    }
}
