package dev.passcourier.fetch;

import dev.passcourier.http.CallsInHand;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Takes what came of a call: reads camel-http's answer into an {@link HttpReply}, in memory only, or says in a code why there
 * is none, and hands it over at once, as it may hold a password in clear. The client bounds its size and time. The exchange
 * has neither headers nor a body nor an exception afterwards.
 */
final class HttpReplyStep implements Processor {

    /** Name of the variable in which the call's catch clause keeps the exception. */
    private static final String FAILURE = "failure";

    /** Why there is no reply if our own stop keeps the call from being made, or cuts it. */
    static final String STOPPING = "STOPPING";

    private final Receiver receiver;
    private final CallsInHand calls;

    /** For calls that are noted there while they are under way. */
    HttpReplyStep(Receiver receiver, CallsInHand calls) {
        this.receiver = receiver;
        this.calls = calls;
    }

    /** Whom the call was made for. */
    @FunctionalInterface
    interface Receiver {

        /**
         * Takes the reply.
         *
         * @param reply   null if none came
         * @param failure why none came, a code
         */
        void receive(Exchange exchange, @Nullable HttpReply reply, String failure);
    }

    @Override
    public void process(Exchange exchange) {
        Exception failure = exchange.getVariable(FAILURE, Exception.class);
        exchange.removeVariable(FAILURE);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        Message message = exchange.getMessage();
        if (failure instanceof CannotAskException nothingSent) {
            clear(message);
            settle(exchange.getVariable(Attempt.VARIABLE, Attempt.class), nothingSent);
        } else if (failure != null) {
            clear(message);
            receiver.receive(exchange, null, code(failure));
        } else {
            read(exchange, message);
        }
    }

    private static void settle(Attempt attempt, CannotAskException nothingSent) {
        if (attempt.isOpen()) {
            attempt.settleUnasked(nothingSent.answer());
        }
    }

    private void read(Exchange exchange, Message message) {
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        Map<String, String> headers = headers(message);
        byte[] bytes;
        try (InputStream body =
                message.getBody() instanceof InputStream stream ? stream : InputStream.nullInputStream()) {
            clear(message);
            bytes = body.readAllBytes();
        } catch (IOException e) {
            receiver.receive(exchange, null, code(e));
            return;
        }
        receiver.receive(exchange, new HttpReply(status, headers, bytes), "");
    }

    private static void clear(Message message) {
        message.removeHeaders("*");
        message.setBody(null);
    }

    private static Map<String, String> headers(Message message) {
        Map<String, String> headers = new HashMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel")) {
                headers.put(name.toLowerCase(Locale.ROOT), String.valueOf(value));
            }
        });
        return headers;
    }

    /** What no reply means: if our own stop has cut the call, nothing about the cloud. */
    static Answer.Retry retry(String failure, String prefix) {
        TransientFailure kind = failure.equals(STOPPING) ? TransientFailure.STOPPING : TransientFailure.SERVER;
        return new Answer.Retry(kind, prefix + failure, null);
    }

    private String code(Exception failure) {
        if (calls.isCut()) {
            return STOPPING;
        }
        if (failure instanceof SSLException) {
            return "TLS";
        }
        if (failure instanceof SocketTimeoutException) {
            return "TIMEOUT";
        }
        if (failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException) {
            return "CONNECT";
        }
        if (failure instanceof ConnectionClosedException || failure instanceof MalformedChunkCodingException) {
            return "TRUNCATED";
        }
        if (failure instanceof SocketException || failure instanceof NoHttpResponseException) {
            return "RESET";
        }
        return failure instanceof IOException ? "IO" : "HTTP_CLIENT";
    }
}
