package dev.passcourier.sandbox;

import org.jspecify.annotations.Nullable;

/** One service as documented: all checks in its order, answers and errors in its words. Called by several threads. */
public interface Protocol {

    /** The proper answer. */
    Reply answer(Request request);

    /** A failure in the documented words. */
    Reply refuse(Fault fault, Request request);

    /** Any code in the usual error body. */
    Reply error(int status, String code, String message, Request request);

    /** The instance the request is about, as far as it can be told before any check. */
    default @Nullable String instance(Request request) {
        return null;
    }
}
