package dev.passcourier.vault;

/** The service's own seal for results that lie in an outbox without a recipient's key. */
public final class AtRest {

    /** Marks bytes under the at-rest seal. */
    public static final String MEDIA_TYPE = "application/vnd.passcourier.at-rest";

    private AtRest() {}
}
