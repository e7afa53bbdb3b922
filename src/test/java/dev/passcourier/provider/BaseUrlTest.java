package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {

    private static final String PATTERN = "https://api.%s.example.com";

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com,        https://api.example.com",
        "https://api.example.com/,       https://api.example.com",
        "https://API.Example.com:443/x/, https://api.example.com/x",
        "http://api.example.com:80,      http://api.example.com",
        "http://127.0.0.1:8443/a%20b//,  http://127.0.0.1:8443/a%20b",
        "HTTPS://api.example.com:80,     https://api.example.com:80",
        "http://[::1]:8080,              http://[::1]:8080",
    })
    void putsAConfiguredUrlIntoOneForm(URI configured, URI url) throws ConfigurationException {
        assertThat(BaseUrl.of("endpoint", configured, PATTERN, "ignored")).isEqualTo(url);
    }

    /** As consoles, command lines and catalogues show it. */
    @ParameterizedTest
    @CsvSource({
        "https://iam.example.com",
        "https://iam.example.com/",
        "https://iam.example.com/v3",
        "https://iam.example.com/v3/",
        "https://iam.example.com/v3/auth",
        "https://iam.example.com/v3/auth/tokens",
        "https://iam.example.com/identity",
        "https://iam.example.com/identity/v3/",
        "https://iam.example.com/identity/v3/auth/tokens"
    })
    void takesAnIdentityAddressWithWhatOurCallsPutBehindIt(URI configured) throws ConfigurationException {
        assertThat(BaseUrl.identity("identityEndpoint", BaseUrl.of("identityEndpoint", configured), "/identity"))
                .isEqualTo(URI.create("https://iam.example.com"));
    }

    @Test
    void makesAUrlOfTheRegion() throws ConfigurationException {
        assertThat(BaseUrl.of("endpoint", null, PATTERN, "eu-west-101"))
                .isEqualTo(URI.create("https://api.eu-west-101.example.com"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://a", "a/b", "https:a", "https://user:canary@a", "https://a?canary", "https://a#canary"})
    void refusesEverythingElse(URI configured) {
        assertThatThrownBy(() -> BaseUrl.of("endpoint", configured, PATTERN, "x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("endpoint: ")
                .hasMessageNotContaining("canary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a/b", "A", "-a", "a-", "a b"})
    void refusesARegionThatIsNoName(String region) {
        assertThatThrownBy(() -> BaseUrl.of("endpoint", null, PATTERN, region))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("region: ");
    }
}
