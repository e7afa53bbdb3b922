package dev.passcourier.doctor;

import dev.passcourier.config.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Looks at everything that the settings name and the service will need: directories, keys, the broker, the ledger,
 * clouds, destinations. Sends no request, no result and no mail; what it needs on a broker it takes away again. May run
 * beside the service.
 */
public final class Doctor {

    private final List<Examination> examinations = new ArrayList<>();

    /** For settings that have been checked. */
    public Doctor(Settings settings, Clock clock) {
        examinations.addAll(new LocalExaminations(settings, clock).all());
        examinations.addAll(new BrokerExaminations(settings).all());
        examinations.addAll(new CloudExaminations(settings, clock).all());
        examinations.addAll(new DestinationExaminations(settings, clock).all());
    }

    /**
     * Examines one after the other.
     *
     * @param wanted which subjects, such as {@code broker} or {@code account.kakao-prod}
     * @param begun  told each subject before it is looked at
     * @param found  told each diagnosis as soon as there is one
     */
    public void examine(Predicate<String> wanted, Consumer<String> begun, Consumer<Diagnosis> found) {
        examinations.stream()
                .filter(examination -> wanted.test(examination.subject()))
                .forEach(examination -> {
                    begun.accept(examination.subject());
                    found.accept(examination.examine());
                });
    }
}
