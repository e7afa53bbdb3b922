package dev.passcourier.report;

import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.ReportMessage.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a credential report in its forms, signed: a page, a PDF, CSV and JSON, what a mail shows, and the signature over
 * all of them. The same report gives the same bytes, so a delivery repeated after a kill is the same.
 */
public final class CredentialReportWriter {

    private static final DateTimeFormatter NAME_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Signer signer;

    /** With what signs. */
    public CredentialReportWriter(Signer signer) {
        this.signer = signer;
    }

    /** Signs the files of a report. */
    @FunctionalInterface
    public interface Signer {

        /**
         * The signature over all the files.
         *
         * @return the content of the {@code .jws} file
         */
        byte[] sign(CredentialReport report, List<Part> files);
    }

    /** Forms of a report, those first that stay longest when a mail would be too large. */
    public enum Format {
        /** To read and to file. */
        PDF("pdf", "application/pdf"),
        /** For spreadsheets. */
        CSV("csv", OutboxJson.CSV),
        /** For programs. */
        JSON("json", "application/json"),
        /** To sort and to filter. */
        HTML("html", "text/html; charset=utf-8");

        private final String ending;
        private final String mediaType;

        Format(String ending, String mediaType) {
            this.ending = ending;
            this.mediaType = mediaType;
        }
    }

    /**
     * What a mail may hold.
     *
     * @param bytes of all files together, as they are before they are encoded for the mail
     * @param place where the files lie that were left out, as people are told: an address or a path; or null if nowhere
     */
    public record Limit(long bytes, @Nullable String place) {

        /** Whatever the size. */
        public static final Limit NONE = new Limit(Long.MAX_VALUE, null);
    }

    /** File name without ending: the report's name and its planned time. */
    public static String name(CredentialReport report) {
        return report.name() + "-" + NAME_TIME.format(report.plannedAt());
    }

    /**
     * Writes the report.
     *
     * @param formats which forms; the signature is over all of them
     * @param limit   forms beyond it are left out, and the mail says where they are
     */
    public ReportMessage write(CredentialReport report, Set<Format> formats, Limit limit) {
        ReportWords words = new ReportWords(report);
        List<Part> files = new ArrayList<>();
        try (ReportFonts fonts = new ReportFonts()) {
            List<Picture> pictures = new CredentialPictures(report, fonts).all();
            CredentialPage page = new CredentialPage(report, pictures);
            List<Part> images = pictures.stream()
                    .map(picture -> new Part(picture.id(), "image/png", picture.png()))
                    .toList();
            for (Format format : Format.values()) {
                if (formats.contains(format)) {
                    files.add(
                            new Part(format.ending, format.mediaType, content(format, report, page, pictures, fonts)));
                }
            }
            byte[] signature = signer.sign(report, List.copyOf(files));
            String leftOut = leaveOut(files, limit);
            files.add(new Part("jws", "application/jose", signature));
            return new ReportMessage(
                    name(report), words.title(), words.text(leftOut), page.mail(leftOut), images, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] content(
            Format format, CredentialReport report, CredentialPage page, List<Picture> pictures, ReportFonts fonts)
            throws IOException {
        return switch (format) {
            case PDF -> CredentialPdf.of(fonts.printable(page.paper()), pictures, fonts, report.endedAt());
            case CSV -> CredentialData.csv(report);
            case JSON -> CredentialData.json(report);
            case HTML -> page.page().getBytes(StandardCharsets.UTF_8);
        };
    }

    /** Takes files away from the end until the rest fits, and says which. */
    private static String leaveOut(List<Part> files, Limit limit) {
        List<Part> left = new ArrayList<>();
        long size = files.stream().mapToLong(file -> file.content().length).sum();
        while (size > limit.bytes && !files.isEmpty()) {
            Part last = files.remove(files.size() - 1);
            size -= last.content().length;
            left.add(last);
        }
        if (left.isEmpty()) {
            return "";
        }
        String names = left.stream()
                .map(file -> ".%s (%d kB)".formatted(file.name(), file.content().length / 1000))
                .collect(Collectors.joining(", "));
        return "Left out, as this mail would be too large: " + names + "."
                + (limit.place == null ? "" : " All files are at " + limit.place);
    }
}
