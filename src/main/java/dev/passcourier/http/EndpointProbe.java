package dev.passcourier.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Looks at a remote end with the very client that the service calls it with: one {@code HEAD} without any credentials. */
public final class EndpointProbe {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int HANDSHAKE_MILLIS = 10_000;

    private EndpointProbe() {}

    /**
     * What was seen.
     *
     * @param status          any HTTP status proves that somebody answers
     * @param serverTime      what the remote end's clock says, to the second (RFC 9110, section 6.6.1), or null if it does
     *                        not say
     * @param certificateEnds when the remote end's certificate ends, or null without TLS
     */
    public record Seen(
            int status,
            @Nullable Instant serverTime,
            @Nullable Instant certificateEnds) {}

    /**
     * Looks once.
     *
     * @throws IOException if nobody answers, or the certificate is not trusted or somebody else's
     */
    public static Seen look(URI uri, SSLContext tls) throws IOException {
        HttpClientBuilder builder = HttpClientBuilder.create();
        new HttpClients(1, tls, new CallsInHand()).configureHttpClient(builder);
        HttpClientContext context = HttpClientContext.create();
        try (CloseableHttpClient client = builder.build()) {
            return client.execute(
                    new HttpHead(uri),
                    context,
                    response -> new Seen(response.getCode(), serverTime(response), certificateEnds(context)));
        }
    }

    /**
     * Connects, and with {@code https:} does the handshake as the client would, and says nothing more.
     *
     * @return when the certificate ends, or null without TLS
     * @throws IOException if nobody listens, or the certificate is not trusted or somebody else's
     */
    public static @Nullable Instant handshake(URI uri, SSLContext tls) throws IOException {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        try (Socket plain = new Socket()) {
            plain.setSoTimeout(HANDSHAKE_MILLIS);
            plain.connect(new InetSocketAddress(uri.getHost(), port), CONNECT_MILLIS);
            if (!secure) {
                return null;
            }
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, uri.getHost(), port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setProtocols(HttpClients.TLS);
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return socket.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                        ? certificate.getNotAfter().toInstant()
                        : null;
            }
        }
    }

    private static @Nullable Instant serverTime(HttpResponse response) {
        Header date = response.getFirstHeader("Date");
        try {
            return date == null
                    ? null
                    : ZonedDateTime.parse(date.getValue(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Instant certificateEnds(HttpClientContext context) {
        SSLSession session = context.getSSLSession();
        try {
            Certificate[] chain = session == null ? new Certificate[0] : session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? certificate.getNotAfter().toInstant()
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}
