package dev.passcourier.provider.huaweiecs;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.Session;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives a call the headers that prove who asks. */
@FunctionalInterface
interface Authorizer {

    /** By the session's token, which knows its project. */
    Authorizer BY_TOKEN = (path, projectId, session) ->
            Map.of("X-Auth-Token", Objects.requireNonNull(session).token());

    /**
     * The headers for one GET without a query.
     *
     * @param path as in {@link dev.passcourier.provider.HttpCall}
     * @throws ConfigurationException if a secret cannot be read
     */
    Map<String, String> headers(String path, String projectId, @Nullable Session session) throws ConfigurationException;
}
