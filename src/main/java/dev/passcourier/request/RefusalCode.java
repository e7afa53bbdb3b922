package dev.passcourier.request;

/** Why we refuse a request or a file. Names are stable: they are in notices, audit records and rejects files. */
public enum RefusalCode {
    REQUEST_NOT_JSON("Send one JSON object in UTF-8, with nothing after it."),
    REQUEST_TOO_LARGE("Keep a request below 64 KiB, a string below 16 KiB and the nesting below 32."),
    FIELD_MISSING("Add the field: id, account, instance and deliverTo are needed."),
    FIELD_UNKNOWN("Remove the field or correct its name; request.schema.json lists the fields there are."),
    FIELD_INVALID("Correct the field; request.schema.json says what it may hold."),
    DUPLICATE_FIELD("Write every field once."),
    ACCOUNT_UNKNOWN("Use the name of an account that the service's configuration has."),
    DESTINATION_UNKNOWN("Use aliases of destinations that the service's configuration has."),
    NOT_ALLOWED("Ask the service's operator for a policy rule that grants this source the account and destinations;"
            + " bin/passcourier policy explain says what each rule says to a request."),
    SENDER_NOT_VALIDATED(
            "Sign the request, or send it with a log-in by another protocol than AMQP: the broker does not say who sent it."),
    SIGNATURE_MISSING("Sign the request: this source takes signed requests only."),
    SIGNATURE_INVALID("Sign with ES256 or Ed25519, as a compact JWS whose header names alg and kid and no other key."),
    SIGNER_UNKNOWN(
            "Ask the service's operator to name the signer's public key in policy.signers; kid is the name there."),
    SIGNATURE_EXPIRED("Sign again: exp is over."),
    SIGNATURE_TOO_LONG("Sign again with an exp at most 15 minutes ahead, in seconds."),
    DUPLICATE_REQUEST("Use a new id: another request has had this one."),
    DEADLINE_PAST("Ask again with a later deadline."),
    DEADLINE_TOO_FAR("Ask again with a deadline within 30 days."),
    BATCH_NOT_UTF8(
            "Save the file as UTF-8: in Excel as \"CSV UTF-8\", in LibreOffice with the character set Unicode (UTF-8); or, for"
                    + " one from a Korean Windows: iconv -f CP949 -t UTF-8 list.csv > list-utf8.csv."),
    BATCH_TOO_LARGE("Split the file: at most 32 MiB and 100,000 requests; a schedule's list has 10,000 at most."),
    BATCH_EMPTY("Put at least one request into the file."),
    BATCH_NOT_JSON(
            "Make the file one JSON object, an array of objects, or one object a line; JSON allows no comments and no comma"
                    + " before a closing bracket."),
    BATCH_NOT_A_FILE("Drop a plain file of your own that only you can write, without links to it."),
    BATCH_NO_FORMAT("Make the file a JSON array, NDJSON, or CSV with a header row."),
    BATCH_UNFINISHED("Copy the file again: it holds NUL bytes, as a file does whose copy was broken off."),
    BATCH_CHANGED(
            "What the file held when it was taken was asked for, what was written after that was not: drop the rest as a"
                    + " file of its own, and move files in when they are whole."),
    BATCH_DEFAULTS(
            "Under defaults write fields of a request, without id and instance; beside it, requests, an array. In NDJSON they are"
                    + " the first line: {\"defaults\": {…}}."),
    BATCH_HEADER(
            "Start the CSV file with a header row that names each column once: account and deliverTo, unless the settings or"
                    + " the file's name give them, instance, and as needed id, key, deadline, requestedBy, reason,"
                    + " parameters.NAME."),
    BATCH_LINE_TOO_LONG("Keep a line below 16 KiB."),
    BATCH_COLUMNS("Give the line no more cells than the header row has, close its quotes, and end it with a line end.");

    private final String advice;

    RefusalCode(String advice) {
        this.advice = advice;
    }

    /** One sentence for people on what to do. */
    public String advice() {
        return advice;
    }

    /** The same after what was read and expected, which may be empty. */
    public String advice(String says) {
        return says.isEmpty() ? advice : says + "; " + advice;
    }
}
