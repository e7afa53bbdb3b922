package dev.passcourier.report;

import com.openhtmltopdf.extend.FSObjectDrawer;
import com.openhtmltopdf.extend.FSObjectDrawerFactory;
import com.openhtmltopdf.extend.OutputDevice;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.outputdevice.helper.ExternalResourceControlPriority;
import com.openhtmltopdf.pdfboxout.PDFontSupplier;
import com.openhtmltopdf.pdfboxout.PdfBoxRenderer;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.render.RenderingContext;
import com.openhtmltopdf.util.XRLog;
import java.awt.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.w3c.dom.Element;

/**
 * Lays a report's markup out as a PDF with embedded fonts and tags for screen readers. Reads nothing but the markup: no
 * file, no address. The same markup gives the same bytes.
 */
final class CredentialPdf {

    private static final COSName BACKGROUND = COSName.getPDFName("Background");

    private CredentialPdf() {}

    /**
     * The document.
     *
     * @param markup   well-formed, in which characters without a glyph are replaced already
     * @param pictures that {@code object} elements name
     * @param madeAt   stands in the document
     */
    static byte[] of(String markup, List<Picture> pictures, ReportFonts fonts, Instant madeAt) throws IOException {
        XRLog.setLoggingEnabled(false); // it quotes what it lays out
        try (PDDocument document = new PDDocument()) {
            PdfRendererBuilder builder = new PdfRendererBuilder()
                    .usePDDocument(document)
                    .useFastMode()
                    .usePdfUaAccessibility(true)
                    .withProducer("Passcourier")
                    .useExternalResourceAccessControl(
                            (uri, type) -> false, ExternalResourceControlPriority.RUN_BEFORE_RESOLVING_URI)
                    .useExternalResourceAccessControl(
                            (uri, type) -> false, ExternalResourceControlPriority.RUN_AFTER_RESOLVING_URI)
                    .useFont(font(document, fonts.latin()), "latin", 400, FontStyle.NORMAL, true)
                    .useFont(font(document, fonts.cjk()), "cjk", 400, FontStyle.NORMAL, true)
                    .useObjectDrawerFactory(new Drawers(pictures))
                    .withHtmlContent(markup, null);
            try (PdfBoxRenderer renderer = builder.buildPdfRenderer()) {
                renderer.createPDFWithoutClosing();
                shareBackgrounds(document);
                Calendar made = GregorianCalendar.from(madeAt.atZone(ZoneOffset.UTC));
                document.getDocumentInformation().setCreationDate(made);
                document.getDocumentInformation().setModificationDate(made);
                document.setDocumentId(madeAt.getEpochSecond());
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                document.save(bytes);
                return bytes.toByteArray();
            }
        }
    }

    /**
     * The layout marks each line and each ground of a table as background, with an object of its own for every one: they all
     * say the same, and one is enough.
     */
    private static void shareBackgrounds(PDDocument document) {
        Map<String, COSDictionary> shared = new HashMap<>();
        for (PDPage page : document.getPages()) {
            COSDictionary marks = page.getResources().getCOSObject().getCOSDictionary(COSName.PROPERTIES);
            for (COSName name : marks == null ? List.<COSName>of() : List.copyOf(marks.keySet())) {
                COSDictionary mark = marks.getCOSDictionary(name);
                if (BACKGROUND.equals(mark.getCOSName(COSName.TYPE))) {
                    marks.setItem(name, shared.computeIfAbsent(mark.toString(), any -> mark));
                }
            }
        }
    }

    /** Only the glyphs that are used come into the document. */
    private static PDFontSupplier font(PDDocument document, TrueTypeFont font) throws IOException {
        return new PDFontSupplier(PDType0Font.load(document, font, true));
    }

    /** Draws pictures in the place of objects that name them. */
    private static final class Drawers implements FSObjectDrawerFactory, FSObjectDrawer {

        private final Map<String, Picture> pictures;

        Drawers(List<Picture> pictures) {
            this.pictures = pictures.stream().collect(Collectors.toMap(Picture::id, Function.identity()));
        }

        @Override
        public FSObjectDrawer createDrawer(Element element) {
            return isReplacedObject(element) ? this : null;
        }

        @Override
        public boolean isReplacedObject(Element element) {
            return element.getNodeName().equals("object") && pictures.containsKey(element.getAttribute("data"));
        }

        @Override
        public Map<Shape, String> drawObject(
                Element element,
                double x,
                double y,
                double width,
                double height,
                OutputDevice device,
                RenderingContext context,
                int dotsPerPixel) {
            Picture picture = pictures.get(element.getAttribute("data"));
            device.drawWithGraphics(
                    (float) x, (float) y, (float) width / dotsPerPixel, (float) height / dotsPerPixel, picture::paint);
            return Map.of();
        }
    }
}
