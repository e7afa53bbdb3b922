package dev.passcourier.provider.zstack;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.Session;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives a call its {@code Authorization}. */
@FunctionalInterface
interface Authorizer {

    /** The session scheme. The word {@code OAuth} is compared with regard to case. */
    Authorizer BY_SESSION = (method, path, session) ->
            Map.of("Authorization", "OAuth " + Objects.requireNonNull(session).token());

    /**
     * The headers that authorise a call.
     *
     * @param path as in {@link dev.passcourier.provider.HttpCall}, so without the server's context path
     * @throws CannotAskException if a secret cannot be read
     */
    Map<String, String> headers(String method, String path, @Nullable Session session) throws CannotAskException;
}
