package dev.passcourier.doctor;

/**
 * One thing that was looked at.
 *
 * @param subject what, such as {@code account.kakao-prod}
 * @param level   how it is
 * @param says    what was found and what to do, in one line without secrets
 */
public record Diagnosis(String subject, Level level, String says) {

    /** How a thing is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Works, but somebody should look at it. */
        WARN,
        /** Does not work. */
        FAIL
    }

    static Diagnosis ok(String subject, String says) {
        return new Diagnosis(subject, Level.OK, says);
    }

    static Diagnosis warn(String subject, String says) {
        return new Diagnosis(subject, Level.WARN, says);
    }

    static Diagnosis fail(String subject, String says) {
        return new Diagnosis(subject, Level.FAIL, says);
    }
}
