package dev.passcourier.audit;

/** The trail is not what was written. Names the place and the kind of damage, nothing of the content. */
public final class AuditDamage extends Exception {

    private static final long serialVersionUID = 1L;

    /** Kinds of damage. */
    public enum Kind {
        /** Not a record of ours. */
        UNREADABLE,
        /** The record does not fit its own hash: it was edited. */
        EDITED,
        /** The record does not follow the one before: records were removed, moved, inserted or edited there. */
        OUT_OF_CHAIN,
        /** The number is not the next one: records were removed, repeated or moved. */
        OUT_OF_SEQUENCE,
        /** Records or files before this place are missing. */
        MISSING,
        /** The line is not finished, and more follows in another file. */
        TORN
    }

    private final String file;
    private final long line;
    private final Kind kind;

    AuditDamage(String file, long line, Kind kind) {
        super(file + ":" + line + " " + kind);
        this.file = file;
        this.line = line;
        this.kind = kind;
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /** The line, counted from 1. */
    public long line() {
        return line;
    }

    /** What is wrong there. */
    public Kind kind() {
        return kind;
    }
}
