package io.tributary.operators.segment;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a profile says of segments, in the order of (segment, value). Segments are known by their places: what a profile says of
 * them is read from where all names lie side by side, because a customer is in dozens of thousands.
 */
public final class PublishedMemberships {
    /** Of a customer who is in no segment. */
    public static final PublishedMemberships NONE =
            new PublishedMemberships(null, new int[0], new long[0], new long[0], new String[0]);

    private final SegmentIndex index;

    /** Of each membership the place of its segment. */
    private final int[] places;

    private final long[] since;
    private final long[] exitsAt;

    /** Null of segments that are not parametric. */
    private final String[] values;

    private PublishedMemberships(SegmentIndex index, int[] places, long[] since, long[] exitsAt, String[] values) {
        this.index = index;
        this.places = places;
        this.since = since;
        this.exitsAt = exitsAt;
        this.values = values;
    }

    /** @param forecast that has begun with the customer */
    static PublishedMemberships of(SegmentIndex index, Memberships memberships, SegmentForecast forecast) {
        int[] numbers = memberships.segments();
        List<String> ofParametric = new ArrayList<>(0);
        List<Long> sinceOfParametric = new ArrayList<>(0);
        // Places are in the order of names, and a segment's values are in order.
        long[] inOrder = new long[numbers.length + memberships.parametricCount()];
        for (int i = 0; i < numbers.length; i++) {
            inOrder[i] = placeAnd(i, index.placeOfNumber(numbers[i]));
        }
        memberships.parametric().forEach((number, of) -> {
            for (Map.Entry<String, Long> value : of.entrySet()) {
                int i = numbers.length + ofParametric.size();
                inOrder[i] = placeAnd(i, index.placeOfNumber(number));
                ofParametric.add(value.getKey());
                sinceOfParametric.add(value.getValue());
            }
        });
        Arrays.sort(inOrder);

        int[] places = new int[inOrder.length];
        long[] since = new long[inOrder.length];
        long[] exitsAt = new long[inOrder.length];
        String[] values = new String[inOrder.length];
        for (int i = 0; i < inOrder.length; i++) {
            places[i] = (int) (inOrder[i] >> Integer.SIZE);
            int membership = (int) inOrder[i];
            if (membership < numbers.length) {
                since[i] = memberships.sinceOf(membership);
            } else {
                since[i] = sinceOfParametric.get(membership - numbers.length);
                values[i] = ofParametric.get(membership - numbers.length);
            }
            exitsAt[i] = forecast.exitsAt(places[i], values[i]);
        }
        return new PublishedMemberships(index, places, since, exitsAt, values);
    }

    private static long placeAnd(int membership, int place) {
        return (long) place << Integer.SIZE | membership;
    }

    /** The names of the segments. */
    public SortedSet<String> segments() {
        SortedSet<String> names = new TreeSet<>();
        for (int place : places) {
            names.add(index.segments().get(place).name());
        }
        return names;
    }

    /** Writes the field {@code segments}; nothing if there are none. */
    public void write(JsonGenerator json) throws IOException {
        if (places.length == 0) {
            return;
        }
        json.writeArrayFieldStart("segments");
        for (int i = 0; i < places.length; i++) {
            json.writeStartObject();
            json.writeFieldName(SegmentJson.SEGMENT);
            index.writeName(places[i], json);
            if (values[i] != null) {
                SegmentJson.write(json, SegmentJson.VALUE, values[i]);
            }
            SegmentJson.writeTime(json, SegmentJson.SINCE, since[i]);
            if (exitsAt[i] != SegmentClock.NEVER) {
                SegmentJson.writeTime(json, SegmentJson.EXITS_AT, exitsAt[i]);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
