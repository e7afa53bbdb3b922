package dev.passcourier.backup;

/** A backup that cannot be made, used or restored. The message is for people: what is wrong and what to do. */
public final class BackupException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    /** With a message that begins with the code. */
    BackupException(String coded) {
        super(coded);
        this.code = coded.substring(0, coded.indexOf(' '));
    }

    BackupException(String code, String says) {
        super(code + " " + says);
        this.code = code;
    }

    /** In capital letters, for programs. */
    public String code() {
        return code;
    }
}
