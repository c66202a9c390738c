package io.tributary.local.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a terminal shows after some output: as many control sequences as {@link Screen} uses, any other fails. */
final class Grid {
    private static final Pattern PART = Pattern.compile("\u001b\\[([?0-9;]*)([A-Za-z])|(\r?\n)|(\r)|([^\u001b\r\n]+)");

    private final List<String> rows = new ArrayList<>(List.of(""));
    private int row;

    /** The rows from the top, without the empty one that the cursor ends in. */
    List<String> show(String output) {
        var parts = PART.matcher(output);
        var at = 0;
        while (parts.find()) {
            if (parts.start() != at) {
                throw new IllegalArgumentException("No terminal understands: " + output.substring(at));
            }
            at = parts.end();
            if (parts.group(2) != null) {
                control(parts.group(1), parts.group(2));
            } else if (parts.group(3) != null) {
                row++;
                if (row == rows.size()) {
                    rows.add("");
                }
            } else if (parts.group(5) != null) {
                rows.set(row, parts.group(5));
            }
        }
        return rows.subList(0, row);
    }

    private void control(String argument, String name) {
        switch (name) {
            case "A" -> row -= Integer.parseInt(argument);
            case "J" -> {
                rows.subList(row, rows.size()).clear();
                rows.add("");
            }
            // Colours, wrapping and the rest of a line change no row here.
            case "m", "K", "h", "l" -> {}
            default -> throw new IllegalArgumentException("No such control sequence here: " + name);
        }
    }
}
