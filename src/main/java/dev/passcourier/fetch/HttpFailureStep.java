package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;

/**
 * Says why a call got no reply: in a code, or, if none could be made, by settling the attempt. The exception itself goes
 * no further.
 */
final class HttpFailureStep implements Processor {

    @Override
    public void process(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        exchange.getMessage().removeHeaders("*");
        if (failure instanceof CannotAskException nothingToSend) {
            exchange.getMessage().setBody(null);
            Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
            if (attempt.isOpen()) {
                attempt.settleUnasked(nothingToSend.answer());
            }
        } else {
            exchange.getMessage().setBody(unreachable(failure));
        }
    }

    /** No reply came, and why. */
    record Unreachable(String code) {}

    static Unreachable unreachable(Exception failure) {
        return new Unreachable(code(failure));
    }

    private static String code(Exception failure) {
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
