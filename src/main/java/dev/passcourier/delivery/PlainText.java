package dev.passcourier.delivery;

/** Makes text safe to show: one line, nothing invisible, not long. */
final class PlainText {

    private static final int LONGEST = 200;

    private PlainText() {}

    /** The text with control, format and other invisible characters as spaces, cut at 200 characters. */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(character -> isVisible(character) ? character : ' ')
                .forEach(line::appendCodePoint);
        return line.toString().strip();
    }

    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
