package io.tributary.jobs.customer;

import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The operators of the customer job.
 *
 * <p>Uids are literals that savepoints refer to: changing one loses the operator's state on upgrade.
 */
enum CustomerOperator {
    SOURCE("customer-event-source", "Events from Kafka"),
    INTAKE("customer-event-intake", "Intake: rejects aside, late marked"),
    PRIVACY_SOURCE("customer-privacy-source", "Privacy commands from Kafka"),
    PRIVACY_INTAKE("customer-privacy-intake", "Privacy intake: rejects aside"),
    DEFINITIONS_SOURCE("customer-definitions-source", "Definitions from Kafka"),
    DEFINITIONS_INTAKE("customer-definitions-intake", "Definitions intake: whole sets, rejects aside"),
    ASSIGN("customer-fragment-assigner", "Deduplicate, assign events to fragments by device or identifier"),
    RESOLVE("customer-person-resolver", "Resolve persons"),
    KEEP("customer-ledger-keeper", "Keep ledgers by fragment"),
    FOLD("customer-profile-folder", "Fold profiles by customer"),
    WATCH("customer-cart-watcher", "Watch carts by customer (Flink CEP)"),
    TO_KAFKA("customer-kafka-sink", "Profiles, events, triggers, rejects to Kafka"),
    DOCUMENTS("customer-search-documents", "What is published to documents"),
    TO_SEARCH("customer-elasticsearch-sink", "Profiles and triggers to Elasticsearch");

    private final String uid;
    private final String title;

    CustomerOperator(String uid, String title) {
        this.uid = uid;
        this.title = title;
    }

    String uid() {
        return uid;
    }

    String title() {
        return title;
    }

    <T> SingleOutputStreamOperator<T> on(SingleOutputStreamOperator<T> stream) {
        return stream.uid(uid).name(title);
    }

    <T> DataStreamSink<T> on(DataStreamSink<T> sink) {
        return sink.uid(uid).name(title);
    }
}
