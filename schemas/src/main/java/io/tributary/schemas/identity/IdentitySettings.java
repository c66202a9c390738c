package io.tributary.schemas.identity;

import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What there is of namespaces, and how their identifiers are read and linked: {@code identity.yaml}, of which
 * {@code docs/identity.md} is the language. What it does not name is as by default.
 */
public final class IdentitySettings implements Serializable {
    /** Most distinct anchors, other than itself, that a value is seen with before it is quarantined. */
    public static final int DEFAULT_MAX_SHARED = 3;

    /** Most links that hang together. */
    public static final int DEFAULT_MAX_COMPONENT = 2_000;

    /** As many values of a namespace as there are. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    @Serial
    private static final long serialVersionUID = 1L;

    private static final IdentitySettings DEFAULTS = new IdentitySettings(
            Namespace.defaults().stream().map(NamespaceSettings::defaultsOf).toList(), DEFAULT_MAX_COMPONENT);

    private final List<NamespaceSettings> namespaces;
    private final Map<String, NamespaceSettings> byId;
    private final int maxComponent;

    IdentitySettings(List<NamespaceSettings> namespaces, int maxComponent) {
        this.namespaces = List.copyOf(namespaces);
        this.byId = new HashMap<>();
        namespaces.forEach(settings -> byId.put(settings.namespace().id(), settings));
        this.maxComponent = maxComponent;
    }

    /** One user id per customer, other values without a limit. */
    public static IdentitySettings defaults() {
        return DEFAULTS;
    }

    /**
     * Loads a file.
     *
     * @throws DefinitionException if there is a mistake in it
     * @throws UncheckedIOException if it can't be read
     */
    public static IdentitySettings load(Path file) {
        return new IdentitySettingsParser(YamlSource.load(file, "the rules of identity")).parse();
    }

    /**
     * Reads the text of a file.
     *
     * @param name what messages call it
     * @throws DefinitionException if there is a mistake in it
     */
    public static IdentitySettings parse(String name, String yaml) {
        return new IdentitySettingsParser(new YamlSource(name, yaml)).parse();
    }

    /** With the regions of phone numbers without a country code, in the namespace of phones. */
    IdentitySettings withPhoneRegions(List<String> regions) {
        return new IdentitySettings(
                namespaces.stream()
                        .map(settings -> settings.namespace().isNamed(Namespace.PHONE)
                                ? settings.withRegions(regions)
                                : settings)
                        .toList(),
                maxComponent);
    }

    /** All namespaces, the strongest first. */
    public List<NamespaceSettings> namespaces() {
        return namespaces;
    }

    /** The names of all namespaces, the strongest first. */
    public List<String> names() {
        return namespaces.stream().map(settings -> settings.namespace().id()).toList();
    }

    /** The settings of the namespace of that name, or null. */
    public NamespaceSettings of(String name) {
        return byId.get(name);
    }

    /** The namespace of that name, or null. */
    public Namespace namespace(String name) {
        NamespaceSettings settings = byId.get(name);
        return settings == null ? null : settings.namespace();
    }

    /** Most links that hang together. */
    public int maxComponent() {
        return maxComponent;
    }
}
