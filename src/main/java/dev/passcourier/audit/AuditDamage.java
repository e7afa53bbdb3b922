package dev.passcourier.audit;

/** The trail is not what was written. Names the place and the kind of damage, nothing of the content. */
public final class AuditDamage extends Exception {

    private static final long serialVersionUID = 1L;

    /** Kinds of damage. */
    public enum Kind {
        UNREADABLE("this is not a record of ours"),
        NEWER(
                "DATA_NEWER the record is whole and of a kind that this release does not know: use the release that wrote it"),
        EDITED("the record does not fit its own hash: it was changed"),
        OUT_OF_CHAIN("the record does not follow the one before: one of them was changed, moved or put in"),
        OUT_OF_SEQUENCE("the number is not the next one: records were removed, repeated or moved"),
        MISSING("records or files before this place are missing"),
        TORN("the line is not finished, yet more records follow"),
        SIGNATURE(
                "the signature of the checkpoint or cut is not right: it, or a record before it, was not written by the service"),
        SIGNER("the checkpoint or cut is signed with a key that was not given"),
        NO_HEAD("the file that says how far the trail must reach is missing"),
        OTHER_THAN_HEAD("the head has another record here: the trail from the last whole checkpoint on is made anew"),
        OTHER_THAN_EXPECTED("another hash was written down for this record: the trail is made anew"),
        CUT("the trail ends before the record that it must reach: records or files were cut off its end"),
        OTHER_CUT("the trail has a record of another cut: this one was put back, made anew or taken away"),
        CARRY("what was carried over from the archived records is missing, or is not what the cut names"),
        ARCHIVED("the record that is asked for was archived: name the archive with --archive"),
        ARCHIVE_MISSING("the archive does not have this file, which a cut names"),
        ARCHIVE_CHANGED("this file of the archive is not the one that a cut names"),
        UNSIGNED("there is no checkpoint in the whole trail"),
        OVERDUE("more records follow the last checkpoint than the service leaves unsigned");

        private final String meaning;

        Kind(String meaning) {
            this.meaning = meaning;
        }

        /** What it says about the trail, for people. */
        public String meaning() {
            return meaning;
        }
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
