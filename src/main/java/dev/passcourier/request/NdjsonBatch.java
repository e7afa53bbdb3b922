package dev.passcourier.request;

/** One JSON object a line (<a href="https://github.com/ndjson/ndjson-spec">NDJSON</a>). */
final class NdjsonBatch {

    private NdjsonBatch() {}

    static void read(String text, LineReader lines) throws RequestException {
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (!line.isBlank()) {
                lines.add(number, line);
            }
        }
    }
}
