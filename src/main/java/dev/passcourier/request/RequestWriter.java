package dev.passcourier.request;

/** Writes a request as {@link RequestReader} reads it. */
public final class RequestWriter {

    private RequestWriter() {}

    /** One JSON object in UTF-8. */
    public static byte[] toBytes(PasswordRequest request) {
        return WorkCodec.json(request);
    }
}
