package io.tributary.schemas.definition;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Types of what expressions can name. At run time all objects are maps. */
final class Types {
    static final CelType OBJECT = MapType.create(SimpleType.STRING, SimpleType.DYN);
    static final CelType MONEY = MapType.create(SimpleType.STRING, SimpleType.DOUBLE);
    static final CelType TEXTS = ListType.create(SimpleType.STRING);

    private Types() {}

    /** Names and their types, in the order in which messages list them. */
    static Map<String, CelType> names() {
        return new LinkedHashMap<>();
    }

    /**
     * An object of which only some names are there.
     *
     * @param what what messages call it; it has a blank, so no expression can name the type
     */
    static StructType struct(String what, Map<String, CelType> fields) {
        ImmutableMap<String, CelType> all = ImmutableMap.copyOf(fields);
        return StructType.create(what, all.keySet(), name -> Optional.ofNullable(all.get(name)));
    }

    /** Knows the structs that some types are made of. */
    static CelTypeProvider provider(Collection<CelType> types) {
        Map<String, CelType> structs = new HashMap<>();
        types.forEach(type -> collect(type, structs));
        return new Provider(ImmutableMap.copyOf(structs));
    }

    private static void collect(CelType type, Map<String, CelType> structs) {
        if (type instanceof StructType struct) {
            structs.put(struct.name(), struct);
            struct.fields().forEach(field -> collect(field.type(), structs));
        } else {
            type.parameters().forEach(parameter -> collect(parameter, structs));
        }
    }

    private static final class Provider implements CelTypeProvider {
        private final ImmutableMap<String, CelType> structs;

        private Provider(ImmutableMap<String, CelType> structs) {
            this.structs = structs;
        }

        @Override
        public ImmutableCollection<CelType> types() {
            return structs.values();
        }

        @Override
        public Optional<CelType> findType(String name) {
            return Optional.ofNullable(structs.get(name));
        }
    }
}
