package dev.passcourier.outbox;

import dev.passcourier.vault.RecipientKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A finished report on its way to a destination. Holds no password.
 *
 * @param name     file name without ending, from configured names and times only
 * @param title    one line for people
 * @param text     what a mail says in plain text
 * @param html     what a mail shows
 * @param pictures that the HTML names as {@code cid:} and their name
 * @param files    the report in its other forms, each named by its ending without a dot; files get the HTML too, unless
 *                 these are signed
 */
public record ReportMessage(
        String name, String title, String text, String html, List<Part> pictures, List<Part> files) {

    /** Copies the lists. */
    public ReportMessage {
        pictures = List.copyOf(pictures);
        files = List.copyOf(files);
    }

    /**
     * One form or picture.
     *
     * @param name      its ending, or its content id
     * @param mediaType such as {@code text/csv; charset=utf-8}
     * @param content   its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    public record Part(String name, String mediaType, byte[] content) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Part part
                    && name.equals(part.name)
                    && mediaType.equals(part.mediaType)
                    && Arrays.equals(content, part.content);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(content);
        }

        /** Names the part only. */
        @Override
        public String toString() {
            return "Part[" + name + "]";
        }
    }

    /** Whether a signature is among the files, which is not over the HTML. */
    public boolean hasSignature() {
        return files.stream().anyMatch(file -> file.name().equals("jws"));
    }

    /**
     * The report's files in one archive: what is sealed for a recipient. Nothing is in it that the report's signature does
     * not cover, so that whoever opens it can check all of it.
     *
     * @param at time of the entries, so that the same report makes the same archive
     */
    public RecipientKey.Bundle bundle(Instant at) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Part file : files) {
                add(zip, file, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RecipientKey.Bundle(text, name + ".zip", bytes.toByteArray(), at);
    }

    private void add(ZipOutputStream zip, Part file, Instant at) throws IOException {
        ZipEntry entry = new ZipEntry(name + "." + file.name());
        entry.setTimeLocal(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
        zip.putNextEntry(entry);
        zip.write(file.content());
        zip.closeEntry();
    }

    /** Names the report only. */
    @Override
    public String toString() {
        return "ReportMessage[" + name + "]";
    }
}
