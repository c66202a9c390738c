package io.tributary.schemas.mapping;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the cells of a record are separated and quoted. */
final class CsvFormat {
    /** Runs of spaces and tabs; no quoting. */
    static final CsvFormat WHITESPACE = new CsvFormat('\0');

    private static final byte QUOTE = '"';

    private final char delimiter;

    CsvFormat(char delimiter) {
        this.delimiter = delimiter;
    }

    private boolean whitespace() {
        return delimiter == '\0';
    }

    /** Whether a line without further context is a whole record. */
    boolean mayQuote(byte[] line) {
        if (!whitespace()) {
            for (byte b : line) {
                if (b == QUOTE) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The cells of a record without quotes. */
    List<String> split(String record) {
        var cells = new ArrayList<String>();
        if (whitespace()) {
            for (var cell : record.strip().split("[ \\t]+")) {
                cells.add(cell);
            }
            return cells;
        }
        int from = 0;
        for (int at = record.indexOf(delimiter); at >= 0; at = record.indexOf(delimiter, from)) {
            cells.add(record.substring(from, at));
            from = at + 1;
        }
        cells.add(record.substring(from));
        return cells;
    }

    /** The cells of a record with quotes, or empty if they are broken. */
    Optional<List<String>> parseQuoted(String record) {
        try {
            return Optional.of(CsvReader.builder()
                    .fieldSeparator(delimiter)
                    .allowExtraCharsAfterClosingQuote(false)
                    .ofSingleCsvRecord(record)
                    .getFields());
        } catch (CsvParseException e) {
            return Optional.empty();
        }
    }

    /** Where the quotes stand at the end of a piece of a record. */
    enum Quotes {
        CLOSED,
        OPEN,
        /** Text behind a closing quote: no further line can mend it. */
        BROKEN
    }

    /** Follows the quotes through a line; UTF-8 never hides an ASCII quote or delimiter in another character. */
    Quotes follow(Quotes before, byte[] line) {
        boolean open = before == Quotes.OPEN;
        boolean cellStart = !open;
        for (int i = 0; i < line.length; i++) {
            byte b = line[i];
            if (open) {
                if (b != QUOTE) {
                    continue;
                }
                if (i + 1 < line.length && line[i + 1] == QUOTE) {
                    i++;
                    continue;
                }
                if (i + 1 < line.length && line[i + 1] != delimiter) {
                    return Quotes.BROKEN;
                }
                open = false;
                cellStart = false;
            } else if (b == QUOTE && cellStart) {
                open = true;
            } else {
                cellStart = b == delimiter;
            }
        }
        return open ? Quotes.OPEN : Quotes.CLOSED;
    }
}
