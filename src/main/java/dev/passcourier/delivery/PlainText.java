package dev.passcourier.delivery;

import dev.passcourier.audit.AuditText;

/** Makes text safe to show: one line, nothing invisible, not long. */
final class PlainText {

    private static final int LONGEST = 200;

    private PlainText() {}

    /** The text with control, format and other invisible characters as spaces, cut at 200 characters. */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(character -> AuditText.isVisible(character) ? character : ' ')
                .forEach(line::appendCodePoint);
        return line.toString().strip();
    }
}
