package io.tributary.schemas.definition;

import java.util.Arrays;
import java.util.List;

/** What there is to define. A name is there once per kind. */
public enum DefinitionKind {
    TRAIT("traits"),
    SEGMENT("segments"),
    TRIGGER("triggers"),
    BG_NBD("bg_nbd"),
    GAMMA_GAMMA("gamma_gamma"),
    CLV("clv"),
    RFM("rfm"),
    DELIVERY("delivery");

    private final String key;

    DefinitionKind(String key) {
        this.key = key;
    }

    /** The key of a file under which they stand. */
    public String key() {
        return key;
    }

    /** Whether there is a list of them; else there is one, without a name of its own. */
    public boolean isList() {
        return this == TRAIT || this == SEGMENT || this == TRIGGER;
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(DefinitionKind::key).toList();
    }
}
