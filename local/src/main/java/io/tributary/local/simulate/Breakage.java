package io.tributary.local.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.function.Consumer;

/** One defect each, so that exactly one reason for refusing the line is right. */
enum Breakage {
    CUT_OFF(RejectReason.NOT_JSON) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return Arrays.copyOf(line, 1 + random.below(line.length - 1));
        }
    },
    TRAILING_BYTES(RejectReason.NOT_JSON) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            byte[] longer = Arrays.copyOf(line, line.length + 1);
            longer[line.length] = '}';
            return longer;
        }
    },
    INVALID_UTF_8(RejectReason.NOT_JSON) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            byte[] broken = line.clone();
            broken[indexOf(broken, "messageId\":\"") + 1] = (byte) 0xFF;
            return broken;
        }
    },
    NOT_A_NUMBER(RejectReason.NOT_JSON) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            String text = new String(line, StandardCharsets.UTF_8);
            return (text.substring(0, text.length() - 1) + ",\"score\":NaN}").getBytes(StandardCharsets.UTF_8);
        }
    },
    EMPTY(RejectReason.EMPTY_LINE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return new byte[0];
        }
    },
    IN_AN_ARRAY(RejectReason.NOT_AN_OBJECT) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return ("[" + new String(line, StandardCharsets.UTF_8) + "]").getBytes(StandardCharsets.UTF_8);
        }
    },
    NESTED_TOO_DEEP(RejectReason.TOO_DEEP) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            String text = new String(line, StandardCharsets.UTF_8);
            String nested = "[".repeat(DEPTH) + "]".repeat(DEPTH);
            return (text.substring(0, text.length() - 1) + ",\"integrations\":" + nested + "}")
                    .getBytes(StandardCharsets.UTF_8);
        }
    },
    WITHOUT_IDENTIFIER(RejectReason.NO_IDENTIFIER) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, Breakage::removeIdentifiers);
        }
    },
    BLOCKED_IDENTIFIERS(RejectReason.NO_IDENTIFIER) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> {
                removeIdentifiers(event);
                event.put("anonymousId", "undefined").put("userId", "null");
            });
        }
    },
    UNREADABLE_TIME(RejectReason.BAD_TIMESTAMP) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> retime(event, "yesterday at noon"));
        }
    },
    TIME_OUT_OF_RANGE(RejectReason.BAD_TIMESTAMP) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> retime(event, "0026-01-01T00:00:00.000Z"));
        }
    },
    FUTURE_TIME(RejectReason.IN_FUTURE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> {
                Instant received = Instant.parse(event.get("receivedAt").textValue());
                retime(event, received.plus(30, ChronoUnit.DAYS).toString());
            });
        }
    },
    MISSPELT_TYPE(RejectReason.UNKNOWN_TYPE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> event.put("type", "trakc"));
        }
    },
    NAMELESS_TRACK(RejectReason.MISSING_EVENT_NAME) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> event.put("type", "track").remove("event"));
        }
    },
    NEGATIVE_QUANTITY(RejectReason.BAD_VALUE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> added(event).put("quantity", -1));
        }
    },
    QUANTITY_IN_WORDS(RejectReason.BAD_VALUE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> added(event).put("quantity", "two"));
        }
    },
    PRICE_IN_WORDS(RejectReason.BAD_VALUE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> added(event).put("price", "on request"));
        }
    },
    REVENUE_OF_WRONG_TYPE(RejectReason.BAD_VALUE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> {
                ObjectNode properties = track(event, "Order Completed").put("order_id", "o-broken");
                properties.putArray("revenue").add(12).add(50);
            });
        }
    },
    USER_ID_OF_WRONG_TYPE(RejectReason.BAD_VALUE) {
        @Override
        byte[] apply(byte[] line, SeededRandom random) {
            return edit(line, event -> event.putObject("userId").put("id", 17));
        }
    };

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Beyond what any parser with a limit lets through. */
    private static final int DEPTH = 5_000;

    private final RejectReason reason;

    Breakage(RejectReason reason) {
        this.reason = reason;
    }

    RejectReason reason() {
        return reason;
    }

    /** Whether the line is still a JSON object with a message id. */
    boolean keepsMessageId() {
        return switch (reason) {
            case NOT_JSON, EMPTY_LINE, NOT_AN_OBJECT -> false;
            default -> true;
        };
    }

    /** The line with this defect, without a line ending. */
    abstract byte[] apply(byte[] line, SeededRandom random);

    private static byte[] edit(byte[] line, Consumer<ObjectNode> change) {
        try {
            ObjectNode event = (ObjectNode) MAPPER.readTree(line);
            change.accept(event);
            return MAPPER.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the simulator's own line is no JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private static void removeIdentifiers(ObjectNode event) {
        event.remove("anonymousId");
        event.remove("userId");
        event.remove("context");
        event.remove("traits");
    }

    private static void retime(ObjectNode event, String timestamp) {
        event.remove("originalTimestamp");
        event.remove("sentAt");
        event.put("timestamp", timestamp);
    }

    private static ObjectNode added(ObjectNode event) {
        return track(event, "Product Added")
                .put("product_id", "prod-1000")
                .put("price", 19.99)
                .put("quantity", 1);
    }

    private static ObjectNode track(ObjectNode event, String name) {
        event.put("type", "track").put("event", name);
        event.remove("traits");
        return event.putObject("properties").put("currency", "USD");
    }

    private static int indexOf(byte[] line, String text) {
        return new String(line, StandardCharsets.ISO_8859_1).indexOf(text) + text.length() - 1;
    }
}
