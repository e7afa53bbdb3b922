package dev.passcourier.request;

/** One compact JWS a line. They are opened at the intake, by the same rules as those on the queue. */
final class SignedBatch {

    private SignedBatch() {}

    static void read(String text, LineReader lines) throws RequestException {
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (!line.isBlank()) {
                lines.addSigned(number, line.strip());
            }
        }
    }
}
