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
        "--customers=0, --customers must be"
    })
    void refusesWrongUseInOneLine(String argument, String message) {
        CommandRun run = CommandRun.of("bench", argument);
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).contains(message);
    }
}
