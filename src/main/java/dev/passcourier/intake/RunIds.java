package dev.passcourier.intake;

import dev.passcourier.request.BatchLine;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RefusalCode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Makes the ids of a schedule's list unique per run: {@code <schedule>-<planned time>-<id or line>}. */
final class RunIds {

    private static final DateTimeFormatter COMPACT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int LONGEST_ID = 128;

    private RunIds() {}

    static String compact(Instant planned) {
        return COMPACT.format(planned);
    }

    /** The line with its request's id prefixed; an id that grows too long makes it a bad one. */
    static BatchLine prefixed(BatchLine line, String prefix) {
        if (!(line instanceof BatchLine.Good good)) {
            return line;
        }
        PasswordRequest request = good.request();
        String id = prefix + request.id();
        if (id.length() > LONGEST_ID) {
            return new BatchLine.Bad(line.line(), RefusalCode.FIELD_INVALID, "id", "");
        }
        return new BatchLine.Good(
                line.line(),
                new PasswordRequest(
                        id,
                        request.account(),
                        request.instance(),
                        request.parameters(),
                        request.key(),
                        request.deliverTo(),
                        request.deadline(),
                        request.requestedBy(),
                        request.reason()));
    }
}
