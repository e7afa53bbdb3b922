package dev.passcourier.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * A drawing of bars, lines and words that can be written as SVG for pages, painted into a PDF, or stored as PNG for mails.
 * Colours are roles, so that pages have them dark or light.
 */
final class Picture {

    /** In pixels, of every picture: what a phone shows without shrinking it. */
    static final int WIDTH = 340;

    private static final int PNG_SCALE = 2;
    private static final double SIZE = 12;
    private static final double SMALL = 11;

    /** What a colour says. */
    enum Tone {
        GOOD(0x1a7f37),
        WAIT(0x9a6700),
        BAD(0xb42318),
        OTHER(0x656d76),
        LINE(0xd0d7de);

        private final Color onPaper;

        Tone(int rgb) {
            onPaper = new Color(rgb);
        }

        String css() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a label's point is. */
    enum Anchor {
        START("start", 0),
        MIDDLE("middle", 0.5),
        END("end", 1);

        private final String css;
        private final double share;

        Anchor(String css, double share) {
            this.css = css;
            this.share = share;
        }
    }

    private interface Mark {}

    private record Bar(double x, double y, double width, double height, Tone tone) implements Mark {}

    private record Label(double x, double y, Anchor anchor, boolean faint, String text) implements Mark {}

    private record Line(List<double[]> points, Tone tone) implements Mark {}

    private final String id;
    private final String title;
    private final ReportFonts fonts;
    private final List<Mark> marks = new ArrayList<>();
    private int height;
    private String description = "";

    /**
     * An empty picture.
     *
     * @param id    in letters
     * @param title one line
     */
    Picture(String id, String title, ReportFonts fonts) {
        this.id = id;
        this.title = title;
        this.fonts = fonts;
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    /** What the picture shows, for those who do not see it. */
    String description() {
        return description;
    }

    int height() {
        return height;
    }

    void describe(String text) {
        description = text;
    }

    void bar(double x, double y, double width, double barHeight, Tone tone) {
        marks.add(new Bar(x, y, width, barHeight, tone));
        reach(y + barHeight);
    }

    /** Words with their base line at a point; what is wider than the given width is cut. */
    void label(double x, double y, Anchor anchor, boolean faint, double width, String text) {
        marks.add(new Label(x, y, anchor, faint, fonts.fitting(text, faint ? SMALL : SIZE, width)));
        reach(y + 4);
    }

    void line(List<double[]> points, Tone tone) {
        marks.add(new Line(List.copyOf(points), tone));
    }

    /** Swatches with words, one after the other from the left edge. */
    void legend(double y, List<String> words, List<Tone> tones) {
        double x = 0;
        double line = y;
        for (int i = 0; i < words.size(); i++) {
            double width = 14 + fonts.width(words.get(i), SMALL);
            if (x > 0 && x + width > WIDTH) {
                x = 0;
                line += 17;
            }
            bar(x, line - 9, 10, 10, tones.get(i));
            label(x + 14, line, Anchor.START, true, WIDTH, words.get(i));
            x += width + 14;
        }
    }

    private void reach(double y) {
        height = Math.max(height, (int) Math.ceil(y));
    }

    /** As an element of a page, whose style has the colours. */
    String svg() {
        StringBuilder svg = new StringBuilder(4096);
        svg.append("""
            <svg role="img" aria-labelledby="%1$s-title %1$s-text" viewBox="0 0 %2$d %3$d" xmlns="http://www.w3.org/2000/svg">
            <title id="%1$s-title">%4$s</title><desc id="%1$s-text">%5$s</desc>
            """.formatted(id, WIDTH, height, HtmlPage.escape(title), HtmlPage.escape(description)));
        for (Mark mark : marks) {
            if (mark instanceof Bar bar) {
                svg.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"f-%s\"/>\n"
                        .formatted(n(bar.x), n(bar.y), n(bar.width), n(bar.height), bar.tone.css()));
            } else if (mark instanceof Line line) {
                svg.append("<polyline points=\"%s\" class=\"s-%s\"/>\n"
                        .formatted(
                                line.points.stream()
                                        .map(point -> n(point[0]) + "," + n(point[1]))
                                        .collect(Collectors.joining(" ")),
                                line.tone.css()));
            } else if (mark instanceof Label label) {
                svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\"%s>%s</text>\n"
                        .formatted(
                                n(label.x),
                                n(label.y),
                                label.anchor.css,
                                label.faint ? " class=\"faint\"" : "",
                                HtmlPage.escape(label.text)));
            }
        }
        return svg.append("</svg>").toString();
    }

    /** As an image on white, twice as large as it is to be shown. */
    byte[] png() {
        int margin = 10;
        var image = new BufferedImage(
                (WIDTH + 2 * margin) * PNG_SCALE, (height + 2 * margin) * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(PNG_SCALE, PNG_SCALE);
        graphics.translate(margin, margin);
        paint(graphics);
        graphics.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    /** Paints it in the colours of paper. Words are painted as outlines: no font of the host is asked for. */
    void paint(Graphics2D graphics) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        for (Mark mark : marks) {
            if (mark instanceof Bar bar) {
                graphics.setColor(bar.tone.onPaper);
                graphics.fill(new Rectangle2D.Double(bar.x, bar.y, bar.width, bar.height));
            } else if (mark instanceof Line line) {
                graphics.setColor(line.tone.onPaper);
                graphics.setStroke(
                        new BasicStroke(line.tone == Tone.LINE ? 1 : 2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
                Path2D path = new Path2D.Double();
                path.moveTo(line.points.get(0)[0], line.points.get(0)[1]);
                line.points.forEach(point -> path.lineTo(point[0], point[1]));
                graphics.draw(path);
            } else if (mark instanceof Label label) {
                double size = label.faint ? SMALL : SIZE;
                graphics.setColor(label.faint ? new Color(0x59636e) : new Color(0x1f2328));
                double x = label.x - label.anchor.share * fonts.width(label.text, size);
                graphics.fill(fonts.outline(label.text, size, x, label.y));
            }
        }
    }

    /** A number as short as a picture needs it. */
    private static String n(double number) {
        String text = String.format(Locale.ROOT, "%.1f", number);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
