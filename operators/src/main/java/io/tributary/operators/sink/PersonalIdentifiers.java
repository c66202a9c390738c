package io.tributary.operators.sink;

import io.tributary.schemas.identity.Identifier;
import java.util.Set;

/**
 * Which identifiers are personal data, so that they belong into the protected index only: e-mails and phone numbers, and
 * whatever a configuration adds, which may be a passport or a social security number.
 */
public final class PersonalIdentifiers {
    private static final Set<String> SHARED = Set.of("user_id", "crm_id", "loyalty_card", "anonymous_id", "device_id");

    private PersonalIdentifiers() {}

    /** @param namespace a name */
    static boolean isPersonal(String namespace) {
        return !SHARED.contains(namespace);
    }

    public static boolean isPersonal(Identifier identifier) {
        return isPersonal(identifier.namespace().id());
    }
}
