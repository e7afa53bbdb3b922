package dev.passcourier.faults;

import static dev.passcourier.request.Verdict.DELIVERED;
import static dev.passcourier.request.Verdict.DENIED;
import static dev.passcourier.request.Verdict.EXPIRED;
import static dev.passcourier.request.Verdict.NOT_YET;

import dev.passcourier.faults.FaultRow.Far;
import dev.passcourier.faults.FaultRow.Times;

/** Rows of the fault matrix that a whole service has to suffer, each in a test of its own. */
enum ServiceFault {
    BROKER_RESTARTED(FaultRow.when(Far.BROKER, "restarted under load", side -> {})
            .does("rolls back what is in hand, connects again, goes on; what was sent but not committed is sent again")
            .attemptsFrom(1)
            .ends(DELIVERED, "HTTP_204", new Times(1, 2))),
    BROKER_CUT(FaultRow.when(Far.BROKER, "connections cut amid transactions, again and again", side -> {})
            .does("the same")
            .attemptsFrom(1)
            .ends(DELIVERED, "HTTP_204", new Times(1, 5))),
    BROKER_REFUSES(
            FaultRow.when(Far.BROKER, "does not let us send to a JMS destination's queue, for a while", side -> {})
                    .does("sends again, for about three days")
                    .waits("JMS_REFUSED")
                    .attemptsFrom(2)
                    .ends(DELIVERED, "JMS_SENT", 1)),
    AUDIT_GONE(FaultRow.when(Far.DISK, "audit trail cannot be written for a while", side -> {})
            .does("asks and delivers nothing meanwhile; goes on by itself")
            .ends(DELIVERED, "HTTP_204", 1)),
    ARCHIVE_GONE(FaultRow.when(Far.DISK, "a file destination's directory is gone", side -> {})
            .does("writes again, for about three days")
            .waits("IO")
            .attemptsFrom(2)
            .ends(DELIVERED, "FILE_WRITTEN", 1)),
    ARCHIVE_IS_A_FILE(FaultRow.when(Far.DISK, "a file stands in the place of a destination's directory", side -> {})
            .does("the same")
            .waits("IO")
            .attemptsFrom(2)
            .ends(DELIVERED, "FILE_WRITTEN", 1)),
    AHEAD_WHILE_WAITING(FaultRow.when(Far.CLOCK, "jumps past the deadline while a password is waited for", side -> {})
            .does("the deadline is over: ends the request")
            .attemptsFrom(2)
            .waits("EMPTY")
            .ends(NOT_YET, "EMPTY", 0)),
    AHEAD_OF_A_CLOUD(FaultRow.when(Far.CLOCK, "days ahead of a cloud that wants signatures", side -> {})
            .does("the cloud refuses the signature: ends the request")
            .ends(DENIED, "APIGW.0301", 0)),
    AHEAD_OF_A_TOKEN(FaultRow.when(Far.CLOCK, "jumps past a token's end", side -> {})
            .does("signs in again before it asks")
            .ends(DELIVERED, "FILE_WRITTEN", 1)),
    AHEAD_OF_A_RESULT(FaultRow.when(Far.CLOCK, "jumps past the lifetime of a result that waits", side -> {})
            .does("does not send it any more")
            .attemptsFrom(1)
            .ends(EXPIRED, "EXPIRED", 0)),
    BACK_WHILE_WAITING(FaultRow.when(Far.CLOCK, "goes back 5 minutes while a password is waited for", side -> {})
            .does("goes on; the deadline comes 5 minutes later")
            .waits("EMPTY")
            .attemptsFrom(2)
            .ends(DELIVERED, "FILE_WRITTEN", 1)),
    BEHIND_A_RECEIVER(FaultRow.when(Far.CLOCK, "10 minutes behind a webhook receiver, for a while", side -> {})
            .does("the receiver refuses the old signature; posts again until the clock is right")
            .waits("HTTP_401")
            .attemptsFrom(2)
            .ends(DELIVERED, "HTTP_204", new Times(2, Integer.MAX_VALUE)));

    private final FaultRow row;

    ServiceFault(FaultRow row) {
        this.row = row;
    }

    FaultRow row() {
        return row;
    }
}
