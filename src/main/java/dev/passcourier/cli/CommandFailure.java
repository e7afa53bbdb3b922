package dev.passcourier.cli;

/** A command cannot do its work; the message is for people, one line. */
final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}
