package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {
    @ParameterizedTest
    @CsvSource({
        "--runs=0, --runs must be between 1 and 99.",
        "--parallelism=65, --parallelism must be between 1 and 64.",
        "--mapping=m.yaml, --mapping needs --events.",
        "--customers=0, --customers must be",
        "--mergers=10, --mergers needs --merge-latency.",
        "--other-events=10, --other-events needs --merge-latency.",
        "--lateness-bound=1s, --lateness-bound needs --merge-latency.",
        "--merge-latency --events=a.jsonl, --events is not for --merge-latency.",
        "--merge-latency --runs=5, --runs is not for --merge-latency.",
        "--merge-latency --mergers=0, --mergers must be between 1 and 5000.",
        "--merge-latency --other-events=-1, --other-events must be between 0 and 10000.",
        "--merge-latency --lateness-bound=soon, --lateness-bound is no duration such as '1 s' or '500 ms': soon.",
        "--merge-latency --lateness-bound=1h, --lateness-bound must be between 0 and 10 min."
    })
    void refusesWrongUseInOneLine(String arguments, String message) {
        CommandRun run = CommandRun.of((Object[]) ("bench " + arguments).split(" "));
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).contains(message);
    }
}
