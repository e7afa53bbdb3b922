package dev.passcourier.doctor;

/**
 * Something to be tried out.
 *
 * @param subject what
 * @param probe   tries it; whatever it throws is a failed diagnosis
 */
record Examination(String subject, Probe probe) {

    /** Tries something and says what it found. */
    @FunctionalInterface
    interface Probe {
        Diagnosis of(String subject) throws Exception;
    }

    Diagnosis examine() {
        try {
            return probe.of(subject);
        } catch (Exception e) {
            return Diagnosis.fail(subject, Causes.of(e));
        }
    }
}
