package dev.passcourier.report;

import java.awt.geom.AffineTransform;
import java.awt.geom.GeneralPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeCollection;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * The fonts of pictures and PDF pages, shipped with the program so that a report looks the same on every host: Liberation
 * Sans for Latin, Greek and Cyrillic, WenQuanYi Micro Hei for all of Korean, Chinese and Japanese. Not safe for use by
 * several threads: font files are read as glyphs are asked for.
 */
final class ReportFonts implements AutoCloseable {

    private static final String LATIN = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    private static final String CJK = "fonts/wqy-microhei.ttc";

    private final TrueTypeFont latin;
    private final TrueTypeCollection collection;
    private final TrueTypeFont cjk;

    /** Reads the fonts: about a tenth of a second, to be closed after the report. */
    ReportFonts() {
        try {
            latin = new TTFParser().parse(new RandomAccessReadBuffer(resource(LATIN)));
            collection = new TrueTypeCollection(resource(CJK));
            cjk = collection.getFontByName("WenQuanYiMicroHei");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = ReportFonts.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException(name);
        }
        return in;
    }

    TrueTypeFont latin() {
        return latin;
    }

    TrueTypeFont cjk() {
        return cjk;
    }

    /** The text with the number of each character that neither font has in its place: nobody is shown an empty box. */
    String printable(String text) {
        try {
            CmapLookup first = latin.getUnicodeCmapLookup();
            CmapLookup second = cjk.getUnicodeCmapLookup();
            StringBuilder printable = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                boolean known = c < ' ' || first.getGlyphId(c) != 0 || second.getGlyphId(c) != 0;
                printable.append(known ? Character.toString(c) : HtmlPage.number(c));
            });
            return printable.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How wide the text is. */
    double width(String text, double size) {
        double[] width = {0};
        text.codePoints().forEach(c -> width[0] += advance(c, size));
        return width[0];
    }

    /** The text, or as much of its beginning as fits. */
    String fitting(String text, double size, double width) {
        if (width(text, size) <= width) {
            return text;
        }
        int[] characters = text.codePoints().toArray();
        double left = width - advance('\u2026', size);
        int count = 0;
        while (count < characters.length && (left -= advance(characters[count], size)) >= 0) {
            count++;
        }
        return new String(characters, 0, count) + '\u2026';
    }

    /** The outline of the text, from a point on its base line. */
    GeneralPath outline(String text, double size, double x, double y) {
        GeneralPath outline = new GeneralPath();
        double[] at = {x};
        printable(text).codePoints().forEach(c -> {
            try {
                TrueTypeFont font = of(c);
                double scale = size / font.getUnitsPerEm();
                var glyph = font.getGlyph().getGlyph(font.getUnicodeCmapLookup().getGlyphId(c));
                if (glyph != null) {
                    outline.append(
                            glyph.getPath().getPathIterator(new AffineTransform(scale, 0, 0, -scale, at[0], y)), false);
                }
                at[0] += advance(c, size);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return outline;
    }

    private double advance(int c, double size) {
        try {
            TrueTypeFont font = of(c);
            return font.getAdvanceWidth(font.getUnicodeCmapLookup().getGlyphId(c)) * size / font.getUnitsPerEm();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TrueTypeFont of(int c) throws IOException {
        return latin.getUnicodeCmapLookup().getGlyphId(c) != 0 ? latin : cjk;
    }

    @Override
    public void close() {
        try (collection) {
            latin.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
