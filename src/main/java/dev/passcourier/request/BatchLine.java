package dev.passcourier.request;

/** One line of a batch. */
public sealed interface BatchLine {

    /** Its number: the physical line, from 1, or the place in a JSON array. */
    int line();

    /** The first line before it whose request has, or claims to have, the same id; 0 if there is none. */
    default int repeats() {
        return 0;
    }

    /** A request. */
    record Good(int line, PasswordRequest request, int repeats) implements BatchLine {}

    /**
     * A signed request, not opened yet.
     *
     * @param compact the line: what claims to be a compact JWS
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Signed(int line, byte[] compact, int repeats) implements BatchLine {}

    /**
     * Not a request.
     *
     * @param code  why
     * @param where the field, or empty; never content
     * @param says  what was read and what was expected, for the page beside the file and never for a log; or empty
     */
    record Bad(int line, RefusalCode code, String where, String says) implements BatchLine {

        /** The same as an exception. */
        public RequestException refusal() {
            return new RequestException(code, where, says);
        }

        static Bad of(int line, RequestException refused) {
            return new Bad(line, refused.code(), refused.where(), refused.says());
        }
    }
}
