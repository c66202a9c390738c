package io.tributary.kibana.drawing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Shapes as text. The same shapes are the same text. */
final class Svg {
    /** How wide a letter is to its size, on average. */
    private static final double LETTER = 0.56;

    private final StringBuilder text = new StringBuilder();

    /** Where a text stands to its place. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    void rectangle(double x, double y, double width, double height, String fill) {
        text.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n"
                .formatted(number(x), number(y), number(width), number(height), fill));
    }

    void frame(double x, double y, double width, double height) {
        text.append(
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"4\" fill=\"#ffffff\" stroke=\"#d3dae6\"/>\n"
                        .formatted(number(x), number(y), number(width), number(height)));
    }

    void line(double x1, double y1, double x2, double y2, String stroke) {
        text.append("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>\n"
                .formatted(number(x1), number(y1), number(x2), number(y2), stroke));
    }

    void polyline(String points, String stroke) {
        text.append("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n"
                .formatted(points, stroke));
    }

    void polygon(String points, String fill) {
        text.append("<polygon points=\"%s\" fill=\"%s\" fill-opacity=\"0.7\"/>\n".formatted(points, fill));
    }

    void dot(double x, double y, String fill) {
        text.append("<circle cx=\"%s\" cy=\"%s\" r=\"2\" fill=\"%s\"/>\n".formatted(number(x), number(y), fill));
    }

    void text(double x, double y, double size, String fill, Anchor anchor, boolean bold, String words) {
        text.append("<text x=\"%s\" y=\"%s\" font-size=\"%s\" fill=\"%s\"%s%s>%s</text>\n"
                .formatted(
                        number(x),
                        number(y),
                        number(size),
                        fill,
                        switch (anchor) {
                            case START -> "";
                            case MIDDLE -> " text-anchor=\"middle\"";
                            case END -> " text-anchor=\"end\"";
                        },
                        bold ? " font-weight=\"600\"" : "",
                        escape(words)));
    }

    /** The picture. */
    String picture(double width, double height, String title) {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Inter, Helvetica, Arial, sans-serif">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="#f6f9fc"/>
                %s</svg>
                """
                .formatted(number(width), number(height), number(width), number(height), escape(title), text);
    }

    static String point(double x, double y) {
        return number(x) + "," + number(y);
    }

    /** As much of a text as fits. */
    static String fitting(String words, double width, double size) {
        int letters = (int) (width / (size * LETTER));
        if (words.length() <= letters) {
            return words;
        }
        return letters < 2 ? "" : words.substring(0, letters - 1).stripTrailing() + "…";
    }

    /** A text in lines at its blanks; of what does not fit into them, or of a word into its line, the beginning. */
    static List<String> lines(String words, double width, double size, int most) {
        List<String> lines = new ArrayList<>();
        String rest = words;
        while (lines.size() < most - 1 && width(rest, size) > width) {
            int letters = (int) (width / (size * LETTER));
            int end = rest.lastIndexOf(' ', letters) > 0 ? rest.lastIndexOf(' ', letters) : rest.indexOf(' ');
            if (end <= 0) {
                break;
            }
            lines.add(fitting(rest.substring(0, end), width, size));
            rest = rest.substring(end + 1);
        }
        lines.add(fitting(rest, width, size));
        return lines;
    }

    static double width(String words, double size) {
        return words.length() * size * LETTER;
    }

    private static String number(double number) {
        return BigDecimal.valueOf(number)
                .setScale(1, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String escape(String words) {
        StringBuilder escaped = new StringBuilder();
        words.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                // What XML can't have, not even escaped.
                default -> escaped.appendCodePoint(c < ' ' || c == 0xFFFE || c == 0xFFFF ? '\uFFFD' : c);
            }
        });
        return escaped.toString();
    }
}
