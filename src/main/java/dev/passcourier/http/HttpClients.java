package dev.passcourier.http;

import java.net.URI;
import javax.net.ssl.SSLContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client behind one camel-http endpoint: bean for its {@code httpClientConfigurer} option. Each endpoint gets a
 * pool of its own. TLS 1.2 or newer with the host name checked; connect 5 s, silence 30 s, whole exchange 60 s; answers
 * up to 1 MiB, never compressed; no redirects, cookies, proxies, repeated requests or stored log-ins. Overrides what the
 * endpoint's URI says about any of these.
 *
 * <p>Every exchange has a connection of its own: the buffers of one that is kept hold the last password that went through,
 * in clear and out of reach. TLS sessions are resumed.
 */
public final class HttpClients implements HttpClientConfigurer {

    /** Sent where a request names none. */
    public static final String USER_AGENT = "passcourier";

    static final String[] TLS = {"TLSv1.3", "TLSv1.2"};
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final Timeout SILENCE = Timeout.ofSeconds(30);

    private final int connections;
    private final SSLContext tls;
    private final BoundedExchange bounds;
    private final @Nullable String target;

    /**
     * With the settings of one account or destination.
     *
     * @param connections at least the number of consumers that call at once
     * @param tls         whom to trust: {@link PemTrust#context}
     * @param calls       where each call is noted while it is under way
     */
    public HttpClients(int connections, SSLContext tls, CallsInHand calls) {
        this(connections, tls, new BoundedExchange(calls), null);
    }

    /**
     * For one fixed address, whose path and query are sent byte for byte: Camel would take {@code ?httpMethod=GET} for an
     * option of its own. The endpoint's URI is {@link #server}.
     *
     * @param address where every call goes
     */
    public static HttpClients to(URI address, int connections, SSLContext tls, CallsInHand calls) {
        return new HttpClients(connections, tls, new BoundedExchange(calls), target(address));
    }

    HttpClients(int connections, SSLContext tls, BoundedExchange bounds, @Nullable String target) {
        this.connections = connections;
        this.tls = tls;
        this.bounds = bounds;
        this.target = target;
    }

    /** Scheme, host and port of an address: what Camel has to know of it. */
    public static String server(URI address) {
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return address.getScheme() + "://" + address.getHost() + port;
    }

    private static String target(URI address) {
        URI ascii = URI.create(address.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.setConnectionManager(pool())
                .setConnectionManagerShared(false)
                .setDefaultRequestConfig(requests())
                .setRoutePlanner(new DefaultRoutePlanner(DefaultSchemePortResolver.INSTANCE))
                .setUserAgent(USER_AGENT)
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .setConnectionReuseStrategy((request, response, context) -> false)
                .addRequestInterceptorFirst(
                        (request, entity, context) -> request.setHeader(HttpHeaders.CONNECTION, HeaderElements.CLOSE))
                .addExecInterceptorFirst("bounds", bounds);
        if (target != null) {
            client.addRequestInterceptorFirst((request, entity, context) -> request.setPath(target));
        }
    }

    private PoolingHttpClientConnectionManager pool() {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxHeaderCount(100)
                                .setMaxLineLength(16 << 10)
                                .build())
                        .build())
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(
                        tls, TLS, null, SSLBufferMode.STATIC, HttpsSupport.getDefaultHostnameVerifier()))
                .setMaxConnPerRoute(connections)
                .setMaxConnTotal(connections)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(SILENCE)
                        .build())
                .build();
    }

    private static RequestConfig requests() {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(CONNECT)
                .setResponseTimeout(SILENCE)
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .build();
    }
}
