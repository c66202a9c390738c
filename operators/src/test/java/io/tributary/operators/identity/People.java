package io.tributary.operators.identity;

import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.List;
import java.util.stream.Stream;

/** Identifiers and instants, short. */
public final class People {
    private People() {}

    /** {@code user_id:u1}. */
    public static Identifier id(String qualified) {
        int colon = qualified.indexOf(':');
        return new Identifier(Namespace.byId(qualified.substring(0, colon)), qualified.substring(colon + 1));
    }

    public static List<Identifier> ids(String... qualified) {
        return Stream.of(qualified).map(People::id).toList();
    }

    public static Identifier user(int number) {
        return new Identifier(Namespace.USER_ID, "u" + number);
    }

    public static Identifier email(int number) {
        return new Identifier(Namespace.EMAIL, "e" + number + "@x.com");
    }

    public static EventOrder at(long instant) {
        return at(instant, "m");
    }

    public static EventOrder at(long instant, String messageId) {
        return new EventOrder(instant, EventKind.IDENTITY, messageId, 0);
    }
}
