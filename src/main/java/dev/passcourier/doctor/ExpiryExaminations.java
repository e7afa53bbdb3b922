package dev.passcourier.doctor;

import dev.passcourier.config.Settings;
import dev.passcourier.http.PemTrust;
import dev.passcourier.service.KeyAndLedgerFactory;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.ServiceKeys.Overlap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What of our own side ends soon, and which rotation of a key was begun and never brought to its end. */
final class ExpiryExaminations {

    private static final Duration SOON = Duration.ofDays(30);

    private final Settings settings;
    private final Clock clock;

    ExpiryExaminations(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    List<Examination> all() {
        return List.of(new Examination("expiry", this::expiry), new Examination("rotation", this::rotation));
    }

    private Diagnosis expiry(String subject) throws Exception {
        Map<String, Instant> ends = new TreeMap<>();
        KeyAndLedgerFactory.recipients(settings, clock).forEach((name, key) -> {
            if (key.expiresAt() != null) {
                ends.put("the key of recipients." + name, key.expiresAt());
            }
        });
        for (var file : certificates().entrySet()) {
            ends.put(file.getKey() + " " + file.getValue(), PemTrust.firstEnd(file.getValue()));
        }
        Instant limit = clock.instant().plus(SOON);
        List<String> soon = ends.entrySet().stream()
                .filter(end -> end.getValue().isBefore(limit))
                .map(end -> end.getKey() + " ends " + end.getValue())
                .toList();
        return soon.isEmpty()
                ? Diagnosis.ok(
                        subject, ends.size() + " keys and certificates in our files have an end, none of it soon")
                : Diagnosis.warn(subject, String.join("; ", soon) + "; put the new ones in place");
    }

    private Map<String, Path> certificates() {
        Map<String, Path> files = new TreeMap<>();
        settings.accounts().forEach((name, account) -> add(files, "accounts." + name + ".trust", account.trust()));
        settings.destinations().forEach((name, destination) -> {
            if (destination.channel() instanceof Settings.EmailChannel mail) {
                add(files, "destinations." + name + ".trust", mail.trust());
            } else if (destination.channel() instanceof Settings.WebhookChannel hook) {
                add(files, "destinations." + name + ".trust", hook.trust());
            }
        });
        Settings.Acceptor acceptor = settings.broker().acceptor();
        add(files, "broker.acceptor.certificate", acceptor == null ? null : acceptor.certificate());
        Settings.Status status = settings.service().status();
        add(files, "service.status.certificate", status == null ? null : status.certificate());
        add(files, "service.status.clientCertificates", status == null ? null : status.clientCertificates());
        return files;
    }

    private static void add(Map<String, Path> files, String key, @Nullable Path file) {
        if (file != null) {
            files.put(key, file);
        }
    }

    private Diagnosis rotation(String subject) throws Exception {
        Settings.Service service = settings.service();
        if (!Files.exists(service.signingKey()) || !Files.exists(service.atRestKey())) {
            return Diagnosis.ok(subject, "the service's own keys are made at the first start");
        }
        Overlap signing = ServiceKeys.overlap(ServiceKeys.Kind.SIGNING, service.signingKey(), service.atRestKey());
        Overlap atRest = ServiceKeys.overlap(ServiceKeys.Kind.AT_REST, service.signingKey(), service.atRestKey());
        String open = prepared("signing-key", signing) + prepared("at-rest-key", atRest);
        Instant switched = atRest.switchedAt();
        if (switched != null && clock.instant().isAfter(switched.plus(service.resultLifetime()))) {
            open += "; nothing needs the at-rest key before, of " + switched + ", any more: rotate at-rest-key retire";
        }
        String says = "signs with " + signing.current() + ", seals at rest with " + atRest.current();
        return open.isEmpty() ? Diagnosis.ok(subject, says) : Diagnosis.warn(subject, says + open);
    }

    private String prepared(String what, Overlap overlap) {
        Instant at = overlap.preparedAt();
        return at == null || clock.instant().isBefore(at.plus(SOON))
                ? ""
                : "; the next " + what + " was prepared " + at + " and is not in use: rotate " + what + " switch";
    }
}
