package dev.passcourier.cli;

/** A command cannot do its work; the message is for people, one line. */
final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exit;

    /** Something that the command was given cannot be used. */
    CommandFailure(String message) {
        this(ExitCode.UNUSABLE, message);
    }

    CommandFailure(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    /** One of {@link ExitCode}. */
    int exit() {
        return exit;
    }
}
