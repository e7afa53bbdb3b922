package dev.passcourier.doctor;

/**
 * Something to be looked at.
 *
 * @param subject what
 * @param look    looks at it; whatever it throws is a failed diagnosis
 */
record Examination(String subject, Look look) {

    /** Looks and says what it found. */
    @FunctionalInterface
    interface Look {
        Diagnosis at(String subject) throws Exception;
    }

    Diagnosis examine() {
        try {
            return look.at(subject);
        } catch (Exception e) {
            return Diagnosis.fail(subject, Causes.of(e));
        }
    }
}
