package io.tributary.schemas.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.Namespace.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class NamespaceTest {
    private static byte[] written(Identifier identifier) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Identifier.CODEC.write(identifier, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static Identifier read(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        Identifier identifier = Identifier.CODEC.read(in);
        assertThat(in.available()).isZero();
        return identifier;
    }

    // ---------------------------------------------------------------------------------------------------------- bytes

    /** Those of releases before there were others: state has them. */
    @Example
    void aDefaultNamespaceIsTheByteThatItHasAlwaysBeen() throws IOException {
        List<String> names =
                List.of("user_id", "crm_id", "loyalty_card", "email", "phone", "anonymous_id", "device_id");
        assertThat(Namespace.defaults()).extracting(Namespace::id).isEqualTo(names);
        for (int number = 0; number < names.size(); number++) {
            Identifier identifier = new Identifier(Namespace.byId(names.get(number)), "é");
            assertThat(written(identifier)).containsExactly(number, 2, 0xC3, 0xA9);
            assertThat(read(written(identifier)).namespace())
                    .isSameAs(Namespace.defaults().get(number));
        }
    }

    @Example
    void anotherNamespaceSaysAllOfItself() throws IOException {
        Identifier identifier = new Identifier(Namespace.of("ssn", Kind.PERSON, true, 300), "1");

        // The marker, 300 in base 128, the flag of an anchor, the name, the value.
        assertThat(written(identifier)).containsExactly(0xFF, 0xAC, 0x02, 2, 3, 's', 's', 'n', 1, '1');
    }

    @Example
    void aDefaultNamespaceWithAnotherPriorityIsAnotherOneAndSaysSo() throws IOException {
        Namespace changed = Namespace.of("email", Kind.PERSON, false, Namespace.EMAIL.priority() + 1);

        assertThat(changed).isNotEqualTo(Namespace.EMAIL).isGreaterThan(Namespace.EMAIL);
        assertThat(changed.isNamed(Namespace.EMAIL)).isTrue();
        assertThat(read(written(new Identifier(changed, "ana@x.com"))).namespace())
                .isEqualTo(changed);
        assertThat(Namespace.of("email", Kind.PERSON, false, Namespace.EMAIL.priority()))
                .isSameAs(Namespace.EMAIL);
    }

    @Property
    void identifiersOfAnyNamespaceSurvive(@ForAll("namespaces") Namespace namespace, @ForAll("values") String value)
            throws IOException {
        Identifier identifier = new Identifier(namespace, value);

        Identifier copy = read(written(identifier));

        assertThat(copy).isEqualTo(identifier).hasSameHashCodeAs(identifier).isEqualByComparingTo(identifier);
        assertThat(copy.namespace().kind()).isEqualTo(namespace.kind());
        assertThat(copy.namespace().isAnchor()).isEqualTo(namespace.isAnchor());
        assertThat(copy.namespace().priority()).isEqualTo(namespace.priority());
        assertThat(written(copy)).isEqualTo(written(identifier));
    }

    @Property
    void whatIsReadIsKnownAlready(@ForAll("namespaces") Namespace namespace) throws Exception {
        assertThat(read(written(new Identifier(namespace, "1"))).namespace()).isSameAs(namespace);
        assertThat(copied(namespace)).isSameAs(namespace);
    }

    private static Object copied(Namespace namespace) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(namespace);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    @Example
    void bytesThatAreNoNamespaceAreRefused() throws IOException {
        assertThatThrownBy(() -> read(new byte[] {7, 1, '1'}))
                .isInstanceOf(IOException.class)
                .hasMessage("no namespace has the number 7");
        assertThatThrownBy(() -> read(writtenOut("ssn", 4)))
                .isInstanceOf(IOException.class)
                .hasMessage("unknown flags of a namespace: 4");
        assertThatThrownBy(() -> read(writtenOut("no name", 0)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no namespace: a malformed name");
    }

    private static byte[] writtenOut(String id, int flags) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(-1);
        Wire.writeVarInt(5, out);
        out.writeByte(flags);
        Wire.writeString(id, out);
        Wire.writeString("1", out);
        return bytes.toByteArray();
    }

    // ---------------------------------------------------------------------------------------------------------- order

    @Property
    void theOrderIsTotalAndAgreesWithEquality(
            @ForAll("namespaces") Namespace one,
            @ForAll("namespaces") Namespace two,
            @ForAll("namespaces") Namespace three) {
        assertThat(Integer.signum(one.compareTo(two))).isEqualTo(-Integer.signum(two.compareTo(one)));
        assertThat(one.compareTo(two) == 0).isEqualTo(one.equals(two));
        List<Namespace> sorted = new ArrayList<>(List.of(one, two, three));
        sorted.sort(null);
        assertThat(sorted.get(0)).isLessThanOrEqualTo(sorted.get(2));
    }

    @Property
    void personsComeBeforeDevices(@ForAll("namespaces") Namespace one, @ForAll("namespaces") Namespace two) {
        if (one.isPerson() && !two.isPerson()) {
            assertThat(one).isLessThan(two);
        }
    }

    @Example
    void aNameWithoutConfigurationIsThatOfAPersonAndWeak() {
        assertThat(Namespace.named("email")).isSameAs(Namespace.EMAIL);
        assertThat(Namespace.named("ssn").isPerson()).isTrue();
        assertThat(Namespace.named("ssn")).isGreaterThan(Namespace.PHONE).isLessThan(Namespace.ANONYMOUS_ID);
    }

    @Example
    void whatIsNoNameIsRefused() {
        for (String name : List.of("", "Email", "1st", "_x", "a-b", "a b", "é", "x".repeat(65))) {
            assertThat(Namespace.isId(name)).as(name).isFalse();
            assertThatThrownBy(() -> Namespace.of(name, Kind.PERSON, false, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Namespace.isId("x".repeat(64))).isTrue();
        assertThatThrownBy(() -> Namespace.of("cookie", Kind.DEVICE, true, 1))
                .as("an anchor is a person's")
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Few names and priorities, so that equal ones meet, and default ones are among them. */
    @Provide
    Arbitrary<Namespace> namespaces() {
        Arbitrary<Namespace> configured = Combinators.combine(
                        Arbitraries.of("ssn", "passport", "email", "anonymous_id", "user_id", "x9_"),
                        Arbitraries.of(Kind.class),
                        Arbitraries.of(true, false),
                        Arbitraries.of(0, 1, 127, 128, 1_000, 4_000, 4_001, 6_000, Integer.MAX_VALUE))
                .as((id, kind, anchor, priority) -> Namespace.of(id, kind, anchor && kind == Kind.PERSON, priority));
        return Arbitraries.oneOf(configured, Arbitraries.of(Namespace.defaults()));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings().withCharRange('!', '\u04FF').ofMaxLength(40);
    }
}
