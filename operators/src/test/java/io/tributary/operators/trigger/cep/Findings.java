package io.tributary.operators.trigger.cep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes down what a matcher finds, one line each, in order. */
final class Findings implements MatchSink<ShopEvent> {

    private final List<String> lines = new ArrayList<>();

    List<String> lines() {
        return lines;
    }

    @Override
    public void matched(Map<String, List<ShopEvent>> match, long timestamp) {
        lines.add(matchLine(match, timestamp));
    }

    @Override
    public void timedOut(Map<String, List<ShopEvent>> partialMatch, long timestamp) {
        lines.add(timeoutLine(partialMatch, timestamp));
    }

    static String matchLine(Map<String, List<ShopEvent>> match, long timestamp) {
        return "match at " + timestamp + ": " + steps(match);
    }

    static String timeoutLine(Map<String, List<ShopEvent>> partialMatch, long timestamp) {
        return "timeout at " + timestamp + ": " + steps(partialMatch);
    }

    private static String steps(Map<String, List<ShopEvent>> match) {
        return match.entrySet().stream()
                .map(step -> step.getKey()
                        + step.getValue().stream()
                                .map(event -> event.timestamp() + "#" + event.sequence() + event.kind() + event.value())
                                .toList())
                .collect(Collectors.joining(" "));
    }
}
