package dev.passcourier.provider;

import dev.passcourier.request.Verdict;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint is asked: method, path and query. Provider routes write it as {@code GET /v1/things/${variable.id}},
 * with variables that are already encoded as one segment each.
 *
 * @param method the HTTP method
 * @param path   what follows the endpoint's base URL, starting with a slash, percent-encoded
 * @param query  the encoded query without the question mark, or null
 */
public record RequestLine(
        String method, String path, @Nullable String query) {

    /** Encoded text only; a segment of dots would lead out of its path. */
    private static final Pattern FORM =
            Pattern.compile("(GET|POST|PUT|DELETE) (/|(?:/(?!\\.{1,2}(?:[/?]|$))(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)+)"
                    + "(?:\\?((?:[A-Za-z0-9._~=&-]|%[0-9A-F]{2})+))?");

    /**
     * Reads a line.
     *
     * @throws CannotAskException if it is none, which ends the request: an id that is left out, or a dot segment
     */
    public static RequestLine parse(@Nullable String text) throws CannotAskException {
        Matcher matcher = FORM.matcher(text == null ? "" : text);
        if (!matcher.matches()) {
            throw new CannotAskException(new Answer.Ended(Verdict.REFUSED, "REQUEST_LINE"));
        }
        return new RequestLine(matcher.group(1), matcher.group(2), matcher.group(3));
    }
}
