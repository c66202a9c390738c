package io.tributary.local.elastic;

import io.tributary.local.UserException;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.PersonalDocument;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes the indices of profiles and of personal data anew out of {@code cdp.profiles.v1}, while the job goes on writing: what is
 * in no profile any more is gone, and fields get the types that the templates say now.
 *
 * <p>The new indices get what is committed of the topic; then the aliases go to them, and the job with them. What the job had
 * written to the old ones until then is in the topic, too, though perhaps not committed: the topic is read on until
 * everything that lay in it when the aliases went is. Versions keep what the job writes meanwhile.
 *
 * <p>Holds the ids of all customers in memory, about 100 bytes each.
 */
public final class ProfileRebuild {
    private static final Pattern NUMBERED = Pattern.compile("(.+)-v([0-9]+)");
    private static final Duration SINK_BUFFERS = Duration.ofSeconds(2);

    private final Indices indices;
    private final ProfileTopic topic;
    private final PromotedTraits promoted;
    private final Consumer<String> progress;
    private final Duration patience;

    /** Those who have a document, and of whom there are personal data. */
    private final Set<String> customers = new HashSet<>();

    private final Set<String> persons = new HashSet<>();
    private final Map<String, String> newIndices = new LinkedHashMap<>();
    private long records;

    private ProfileRebuild(
            Indices indices,
            ProfileTopic topic,
            PromotedTraits promoted,
            Duration patience,
            Consumer<String> progress) {
        this.indices = indices;
        this.topic = topic;
        this.promoted = promoted;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * Blocks until it is done.
     *
     * @param bootstrapServers of the Kafka with the profiles
     * @param promoted traits that get a field of their own
     * @param keep whether the old indices stay
     * @param patience how long it waits at most for what was sent to be committed, without anything being committed
     * @param progress is told line by line
     * @throws UserException if something refuses, or counts differ; before the aliases went nothing has changed for readers
     */
    public static void run(
            ElasticsearchConnection connection,
            String bootstrapServers,
            PromotedTraits promoted,
            boolean keep,
            Duration patience,
            Consumer<String> progress)
            throws IOException, InterruptedException {
        try (Indices indices = Indices.of(connection);
                ProfileTopic topic = new ProfileTopic(bootstrapServers)) {
            new ProfileRebuild(indices, topic, promoted, patience, progress).run(keep);
        }
    }

    private void run(boolean keep) throws IOException, InterruptedException {
        List<Indices.Swap> swaps = new ArrayList<>();
        for (String alias : List.of(ElasticsearchSetup.PROFILES, ElasticsearchSetup.PERSONAL)) {
            swaps.add(prepare(alias));
        }
        // What comes while the first part is read is read with the second, and so on.
        readTo(topic.committedEnd());
        readTo(topic.committedEnd());
        compare(swaps);
        indices.swap(swaps);
        swaps.forEach(swap -> progress.accept("%s goes to %s".formatted(swap.alias(), swap.to())));
        // A profile goes to Kafka and to Elasticsearch at the same time, and waits a second in either.
        Thread.sleep(SINK_BUFFERS.toMillis());
        progress.accept("Waiting for the job to commit what it had written until then …");
        readTo(topic.end());
        for (Indices.Swap swap : swaps) {
            progress.accept("%s has %,d documents".formatted(swap.to(), indices.count(swap.to())));
            if (keep) {
                progress.accept(
                        "%s is kept, but is not kept up to date: who is erased stays in it".formatted(swap.from()));
            } else {
                indices.delete(swap.from());
                progress.accept("%s is deleted".formatted(swap.from()));
            }
        }
    }

    private Indices.Swap prepare(String alias) throws IOException {
        List<String> behind = indices.behind(alias);
        Matcher name = NUMBERED.matcher(behind.size() == 1 ? behind.get(0) : "");
        if (!name.matches()) {
            throw new UserException("%s is %s; one index like %s-v1 is expected; ./cdp elastic setup makes it"
                    .formatted(alias, behind.isEmpty() ? "not there" : "an alias of " + behind, alias));
        }
        String next = "%s-v%d".formatted(name.group(1), Integer.parseInt(name.group(2)) + 1);
        if (indices.exists(next)) {
            indices.delete(next);
            progress.accept("%s is left over from a rebuild that did not end; deleted".formatted(next));
        }
        indices.create(next);
        newIndices.put(alias, next);
        progress.accept("%s is made, beside %s".formatted(next, behind.get(0)));
        return new Indices.Swap(alias, behind.get(0), next);
    }

    private void compare(List<Indices.Swap> swaps) throws IOException {
        for (Indices.Swap swap : swaps) {
            long expected = (swap.alias().equals(ElasticsearchSetup.PROFILES) ? customers : persons).size();
            long is = indices.count(swap.to());
            long was = indices.count(swap.from());
            if (is != expected) {
                throw new UserException("%s has %,d documents, %s has %,d; %s still goes to %s"
                        .formatted(swap.to(), is, Topic.PROFILES, expected, swap.alias(), swap.from()));
            }
            progress.accept(
                    "%s has %,d documents, as the topic has; %s has %,d".formatted(swap.to(), is, swap.from(), was));
        }
    }

    private void readTo(Map<TopicPartition, Long> end) throws IOException {
        long told = System.nanoTime();
        long lastCame = System.nanoTime();
        while (!topic.isAt(end)) {
            List<ConsumerRecord<String, byte[]>> next = topic.next();
            write(next);
            records += next.size();
            long now = System.nanoTime();
            if (!next.isEmpty()) {
                lastCame = now;
            } else if (now - lastCame > patience.toNanos()) {
                throw new UserException(
                        "Nothing of %s was committed for %d s, but there is more in it; is the job running? Run the command again when it is."
                                .formatted(Topic.PROFILES, patience.toSeconds()));
            }
            if (now - told > Duration.ofSeconds(5).toNanos()) {
                told = now;
                progress.accept("%,d records read, %,d customers".formatted(records, customers.size()));
            }
        }
    }

    /** The last of each customer decides: versions rise. */
    private void write(List<ConsumerRecord<String, byte[]>> next) throws IOException {
        Map<String, byte[]> last = new LinkedHashMap<>();
        next.forEach(record -> last.put(record.key(), record.value()));
        List<String> gone = last.entrySet().stream()
                .filter(entry -> entry.getValue() == null)
                .map(Map.Entry::getKey)
                .toList();
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, byte[]> entry : last.entrySet()) {
            if (entry.getValue() != null) {
                add(ProfileDocument.write(entry.getValue(), promoted), lines);
                customers.add(entry.getKey());
                DocumentWrite personal = PersonalDocument.write(entry.getValue());
                if (!personal.isDelete()) {
                    persons.add(entry.getKey());
                    add(personal, lines);
                } else if (persons.remove(entry.getKey())) {
                    add(personal, lines);
                }
            }
        }
        for (Map.Entry<String, String> index : newIndices.entrySet()) {
            // A deletion has no version in the topic; whatever is there of the customer is older.
            for (Map.Entry<String, Long> there :
                    indices.versions(index.getValue(), gone).entrySet()) {
                add(DocumentWrite.delete(index.getKey(), there.getKey(), there.getValue()), lines);
            }
        }
        gone.forEach(customers::remove);
        gone.forEach(persons::remove);
        if (!lines.isEmpty()) {
            indices.bulk(lines.toString());
        }
    }

    private void add(DocumentWrite write, StringBuilder lines) throws IOException {
        lines.append(Indices.JSON.writeValueAsString(Map.of(
                        write.isDelete() ? "delete" : "index",
                        Map.of(
                                "_index", newIndices.get(write.index()),
                                "_id", write.id(),
                                "version", write.version(),
                                "version_type", "external_gte"))))
                .append('\n');
        if (!write.isDelete()) {
            lines.append(new String(write.document(), StandardCharsets.UTF_8)).append('\n');
        }
    }
}
