package dev.passcourier.intake;

import dev.passcourier.config.Settings;
import dev.passcourier.request.BatchDefaults;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** What the settings say about the requests of dropped files. */
public final class FileRequests {

    private static final Requester NOBODY = Requester.unsigned(new Origin(Origin.Source.FILE, "", null, null, 0));

    private final Clock clock;
    private volatile Basis basis;

    /** What they are read after. */
    private record Basis(Settings settings, Permission permission) {

        static Basis of(Settings settings) {
            return new Basis(settings, new Permission(settings));
        }
    }

    /** After the settings. */
    public FileRequests(Settings settings, Clock clock) {
        this.basis = Basis.of(settings);
        this.clock = clock;
    }

    /** From now on after these. */
    public void follow(Settings settings) {
        basis = Basis.of(settings);
    }

    /**
     * What the requests of a file have that they do not say themselves: what the settings say, and the account that the
     * file's name begins with, up to its first dot. Only the name of a configured account is one.
     */
    public BatchDefaults defaults(String fileName) {
        Settings settings = basis.settings();
        Settings.FileSource file = settings.sources().file();
        BatchDefaults defaults = BatchDefaults.of(file == null ? null : file.defaults(), clock.instant());
        int dot = fileName.indexOf('.');
        String stem = dot < 0 ? fileName : fileName.substring(0, dot);
        Set<String> accounts = settings.accounts().keySet();
        return accounts.contains(stem) ? defaults.withNamed(stem) : defaults;
    }

    /**
     * What a file's lines are known by when they come again: their content and, if they have it from the file's name, their
     * account. The same lines under another account's name are other requests.
     *
     * @param sha256 of the content
     * @param read   the defaults that all lines have been read with
     */
    static String batchId(String sha256, BatchDefaults read) {
        return read.namedAccount().map(account -> batchId(sha256, account)).orElse(sha256);
    }

    /** The same of lines that have this account from the file's name. */
    static String batchId(String sha256, String account) {
        return Hashes.sha256((sha256 + "/" + account).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What the intake is going to refuse a request for, as things are now: to be told beside the file at once, with what
     * would be right. The request is sent and refused there all the same, on record.
     */
    Optional<RequestException> objection(PasswordRequest request) {
        try {
            Permission permission = basis.permission();
            permission.demandSignature(NOBODY);
            permission.rule(request, NOBODY);
            return Optional.empty();
        } catch (RequestException refused) {
            return Optional.of(refused);
        }
    }
}
