package dev.passcourier.config;

import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.request.PasswordRequest;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cloud for tests of the configuration. */
final class NimbusType implements ProviderType {

    private record Nimbus(URI endpoint, String region, Auth auth) {}

    private record Auth(
            String type,
            @Nullable SecretRef token,
            @Nullable String user,
            @Nullable SecretRef password) {}

    @Override
    public String id() {
        return "nimbus";
    }

    @Override
    public double defaultRate() {
        return 5;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        return Map.of("api", account.as(Nimbus.class).endpoint());
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        if (account.as(Nimbus.class).region().equals("atlantis")) {
            throw new ConfigurationException("settings.region: no such region");
        }
        return new Unused();
    }

    private static final class Unused implements CloudProtocol {

        @Override
        public HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Answer read(PasswordRequest request, HttpReply reply) {
            throw new UnsupportedOperationException();
        }
    }
}
