package dev.passcourier.sandbox;

/**
 * Something a pretend cloud does instead of answering properly. Put into a {@link Script}. The kinds named here come
 * with the cloud's own documented status and body: Tencent's are HTTP 200, ZStack's HTTP 503.
 */
public interface Misbehaviour {

    /** Too many calls, without {@code Retry-After}. */
    Misbehaviour THROTTLED = (protocol, request) -> protocol.refuse(Fault.THROTTLED, request);

    /** An inner error. */
    Misbehaviour SERVER_ERROR = (protocol, request) -> protocol.refuse(Fault.SERVER_ERROR, request);

    /** HTTP 503 as a service sends it that is starting or overloaded. */
    Misbehaviour UNAVAILABLE = (protocol, request) -> protocol.refuse(Fault.UNAVAILABLE, request);

    /** The token or session presented with the call is revoked, and the call refused for that. */
    Misbehaviour TOKEN_EXPIRED = (protocol, request) -> protocol.refuse(Fault.TOKEN_EXPIRED, request);

    /** The caller has no permission. */
    Misbehaviour DENIED = (protocol, request) -> protocol.refuse(Fault.DENIED, request);

    /** There is no such instance. */
    Misbehaviour NOT_FOUND = (protocol, request) -> protocol.refuse(Fault.NOT_FOUND, request);

    /** The key, the signature or the password is wrong; on a token service: no token. */
    Misbehaviour BAD_CREDENTIALS = (protocol, request) -> protocol.refuse(Fault.BAD_CREDENTIALS, request);

    /** What is answered instead of {@code protocol.answer(request)}. */
    Reply instead(Protocol protocol, Request request);
}
