package dev.passcourier.provider.tencentgse;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.BaseUrl;
import java.net.URI;
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

    /**
     * The endpoint in the form that is signed and sent.
     *
     * @throws ConfigurationException if it is more than scheme, host and port: the signature covers the path {@code /}
     */
    URI base() throws ConfigurationException {
        URI base = endpoint == null ? EVERY_REGION : BaseUrl.of("endpoint", endpoint);
        if (!base.getRawPath().isEmpty()) {
            throw new ConfigurationException("endpoint: must not have a path");
        }
        return base;
    }
}
