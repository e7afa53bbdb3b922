package dev.passcourier.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

/** What an error must be like, whatever was read: ours alone, and silent about what was read. */
public final class Refusal {

    private Refusal() {}

    /** It says this and no more. */
    public static void says(Throwable refused, String message) {
        assertThat(refused).hasMessage(message);
        standsAlone(refused);
    }

    /** It carries no other error, whose text would quote what could not be read. */
    public static void standsAlone(Throwable refused) {
        assertThat(refused).hasNoCause().hasNoSuppressedExceptions();
    }
}
