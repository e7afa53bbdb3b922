package dev.passcourier.provider.tencentgse;

import dev.passcourier.config.SecretRef;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a Tencent GSE account.
 *
 * @param region    such as {@code ap-shanghai}
 * @param endpoint  the API's address, or null for the one that serves every region
 * @param secretId  the SecretId as such, or a reference to it
 * @param secretKey the SecretKey
 * @param token     token of temporary credentials, or null
 * @param language  of the cloud's messages, or null
 */
record TencentGseSettings(
        String region,
        @Nullable URI endpoint,
        String secretId,
        SecretRef secretKey,
        @Nullable SecretRef token,
        @Nullable String language) {

    private static final URI EVERY_REGION = URI.create("https://gse.tencentcloudapi.com");

    /** Scheme and authority only, lower-case and without the scheme's own port, so that what is sent is what is signed. */
    URI base() {
        URI written = endpoint == null ? EVERY_REGION : endpoint;
        String scheme = written.getScheme().toLowerCase(Locale.ROOT);
        int ownPort = scheme.equals("https") ? 443 : 80;
        String port = written.getPort() < 0 || written.getPort() == ownPort ? "" : ":" + written.getPort();
        return URI.create(scheme + "://" + written.getHost().toLowerCase(Locale.ROOT) + port);
    }
}
