package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.flink.api.common.functions.util.ListCollector;

/**
 * What is written to the index of personal data is little, and yet enough: through throttled publications, and crashes
 * after which the rest of the log is read in another order and other versions are published than before.
 */
class PersonalIndexPropertyTest {
    private static final String CUSTOMER = "c_1";

    @Property
    void holdsInTheEndWhatTheProfileSaysAndNothingElse(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Index index = new Index();
        Job job = run(events, index, new Random(seed));

        DocumentWrite expected = PersonalDocument.write(job.profile().value());
        assertThat(index.document(ElasticsearchSetup.PERSONAL)).isEqualTo(expected.document());
        assertThat(index.document(ElasticsearchSetup.PROFILES)).isNotNull();
    }

    @Property
    void getsNoWriteForACustomerOfWhomNothingPersonalIsStated(
            @ForAll("impersonal") List<CustomerEvent> events, @ForAll long seed) throws IOException {
        Index index = new Index();
        run(events, index, new Random(seed));

        assertThat(index.writes.getOrDefault(ElasticsearchSetup.PERSONAL, 0)).isZero();
    }

    /** Few events, so that often just one of them says something personal and another takes it back. */
    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return events(
                Arbitraries.frequency(Tuple.of(5, "contact"), Tuple.of(2, "plan"), Tuple.of(1, "email")),
                Arbitraries.of("personal object", "object", "string", "null", "none"));
    }

    @Provide
    Arbitrary<List<CustomerEvent>> impersonal() {
        return events(Arbitraries.of("contact", "plan"), Arbitraries.of("object", "string", "null", "none"));
    }

    private static Arbitrary<List<CustomerEvent>> events(Arbitrary<String> names, Arbitrary<String> kinds) {
        return Combinators.combine(names, kinds, Arbitraries.integers().between(0, 20))
                .as((name, kind, minute) -> new String[] {name, kind, String.valueOf(minute)})
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(PersonalIndexPropertyTest::events);
    }

    private static List<CustomerEvent> events(List<String[]> choices) {
        List<CustomerEvent> events = new ArrayList<>();
        for (String[] choice : choices) {
            String messageId = "m" + events.size();
            TestEvent event = TestEvent.identify(messageId, TestEvent.minute(Integer.parseInt(choice[2])));
            switch (choice[1]) {
                case "string" -> event.trait(choice[0], "v" + events.size() + "@example.com");
                case "object" -> event.trait(choice[0], Map.of("level", events.size()));
                case "personal object" ->
                    event.trait(choice[0], Map.of("deep", List.of(Map.of("lastName", messageId))));
                case "null" -> event.trait(choice[0], null);
                default -> event.alsoDevice("a-1");
            }
            events.add(event.event());
        }
        return events;
    }

    /** Folds the events in some order, publishes now and then, and crashes once in a while. */
    private static Job run(List<CustomerEvent> events, Index index, Random random) throws IOException {
        List<CustomerEvent> ahead = shuffled(events, random);
        Job job = new Job();
        Job checkpoint = job.copy();
        List<CustomerEvent> aheadOfCheckpoint = ahead;
        int crashes = 3;
        while (!ahead.isEmpty()) {
            job.fold(ahead.get(0));
            ahead = ahead.subList(1, ahead.size());
            if (random.nextBoolean()) {
                index.apply(job.profile());
            }
            if (random.nextInt(4) == 0) {
                checkpoint = job.copy();
                aheadOfCheckpoint = ahead;
            }
            if (crashes > 0 && random.nextInt(3) == 0) {
                crashes--;
                job = checkpoint.copy();
                ahead = shuffled(aheadOfCheckpoint, random);
            }
        }
        index.apply(job.profile());
        return job;
    }

    private static List<CustomerEvent> shuffled(List<CustomerEvent> events, Random random) {
        List<CustomerEvent> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    /** What the folder keeps and publishes. */
    private static final class Job {
        private ActivityLedger activity = new ActivityLedger();
        private RecordLedger record = new RecordLedger();

        void fold(CustomerEvent event) throws IOException {
            LedgerFold.apply(activity, () -> record, event, Long.MIN_VALUE);
        }

        OutboundRecord profile() {
            long version = activity.count();
            return new OutboundRecord(
                    Topic.PROFILES,
                    CUSTOMER,
                    CUSTOMER + ":" + version,
                    "io.tributary.profile.v1",
                    activity.lastSeen(),
                    version,
                    ProfileJson.profile(
                            CUSTOMER,
                            record.devices(),
                            activity,
                            record,
                            ProfileJson.Segments.NONE,
                            new TreeSet<>(),
                            version),
                    record.hasEverBeenPersonal());
        }

        Job copy() throws IOException {
            Job copy = new Job();
            copy.activity = Codecs.roundTrip(ActivityLedger.CODEC, activity);
            copy.record = Codecs.roundTrip(RecordLedger.CODEC, record);
            return copy;
        }
    }

    /** Of each index the one customer's document, under Elasticsearch's rule of versions. */
    private static final class Index {
        private final Map<String, DocumentWrite> newest = new HashMap<>();
        private final Map<String, Integer> writes = new HashMap<>();

        void apply(OutboundRecord profile) {
            List<DocumentWrite> documents = new ArrayList<>();
            new SearchDocuments(PromotedTraits.DEFAULT).flatMap(profile, new ListCollector<>(documents));
            for (DocumentWrite write : documents) {
                writes.merge(write.index(), 1, Integer::sum);
                DocumentWrite present = newest.get(write.index());
                if (present == null || write.version() >= present.version()) {
                    newest.put(write.index(), write);
                }
            }
        }

        /** Null if there is none. */
        byte[] document(String index) {
            DocumentWrite write = newest.get(index);
            return write == null ? null : write.document();
        }
    }
}
