package io.tributary.kibana.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.kibana.kql.KqlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryDslTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            kind: fired          | {bool: {should: [{match: {kind: 'fired'}}], minimum_should_match: 1}}
            name: "two words"    | {bool: {should: [{match_phrase: {name: 'two words'}}], minimum_should_match: 1}}
            name: vip*           | {bool: {should: [{wildcard: {name: {value: 'vip*'}}}], minimum_should_match: 1}}
            segments: *          | {bool: {should: [{exists: {field: 'segments'}}], minimum_should_match: 1}}
            orders.count > 0     | {bool: {should: [{range: {'orders.count': {gt: '0'}}}], minimum_should_match: 1}}
            seen >= now-1d       | {bool: {should: [{range: {seen: {gte: 'now-1d'}}}], minimum_should_match: 1}}
            a < 1                | {bool: {should: [{range: {a: {lt: '1'}}}], minimum_should_match: 1}}
            a <= 1               | {bool: {should: [{range: {a: {lte: '1'}}}], minimum_should_match: 1}}
            not a: *             | {bool: {must_not: [{bool: {should: [{exists: {field: 'a'}}], minimum_should_match: 1}}]}}
            """)
    void asksForOneCondition(String kql, String expected) {
        assertThat(QueryDsl.kql(kql)).isEqualTo(Asked.json(expected));
    }

    @Test
    void joinsConditions() {
        assertThat(QueryDsl.kql("a: 1 and (b: 2 or c: 3)"))
                .isEqualTo(
                        Asked.json(
                                """
                        {bool: {filter: [
                          {bool: {should: [{match: {a: '1'}}], minimum_should_match: 1}},
                          {bool: {should: [
                            {bool: {should: [{match: {b: '2'}}], minimum_should_match: 1}},
                            {bool: {should: [{match: {c: '3'}}], minimum_should_match: 1}}
                          ], minimum_should_match: 1}}
                        ]}}"""));
    }

    @Test
    void asksForEverythingIfThereIsNoCondition() {
        assertThat(QueryDsl.kql("")).isEqualTo(Asked.json("{match_all: {}}"));
    }

    @Test
    void knowsNoOtherLanguage() {
        assertThatThrownBy(() -> QueryDsl.query(Asked.json("{query: 'a:1', language: 'lucene'}")))
                .isInstanceOf(UnsupportedQueryException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fired", "items: {a: 1}", "a: 1 b: 2"})
    void refusesWhatIsNotUnderstood(String kql) {
        assertThatThrownBy(() -> QueryDsl.kql(kql)).isInstanceOf(KqlException.class);
    }

    @Test
    void refusesQuestionMarksBesideAsterisks() {
        assertThatThrownBy(() -> QueryDsl.kql("a: b?*")).isInstanceOf(UnsupportedQueryException.class);
    }
}
