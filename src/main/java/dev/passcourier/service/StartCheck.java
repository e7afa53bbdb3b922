package dev.passcourier.service;

import dev.passcourier.broker.PemIdentity;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Finding;
import dev.passcourier.config.Finding.Level;
import dev.passcourier.config.Findings;
import dev.passcourier.config.ScheduleTimes;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.control.ControlServer;
import dev.passcourier.extension.ExtensionJars;
import dev.passcourier.extension.LocalRoutes;
import dev.passcourier.host.HostCheck;
import dev.passcourier.http.PemTrust;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.report.ReportScope;
import dev.passcourier.request.RequestException;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be known before a start without changing anything: the commands {@code validate} and {@code run}
 * both ask here and nowhere else, so that none refuses what the other does not. What is left to the start itself is what
 * it must take hold of: the lock of the data directory, ports, the audit trail, the ledger's database, brokers.
 */
public final class StartCheck {

    private static final String EXTENDING = "correct that jar of lib/ext, or take it away: see config/EXTENDING.md";

    private final Findings findings;
    private final Clock clock;
    private final Map<String, KeyRing> rings = new HashMap<>();

    private StartCheck(Findings findings, Clock clock) {
        this.findings = findings;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param findings in the order of the settings, then of the other files
     * @param settings the settings, or null if something stops the start
     * @param rings    the key rings of those settings, to be started with
     * @param file     the settings file
     * @param digest   its SHA-256 in hexadecimal, or empty if it cannot be read
     */
    public record Result(
            List<Finding> findings, @Nullable Settings settings, Map<String, KeyRing> rings, Path file, String digest) {

        /** Tells whether there is anything of this level. */
        public long count(Finding.Level level) {
            return findings.stream().filter(finding -> finding.level() == level).count();
        }
    }

    /**
     * Looks at the settings and at all that they refer to, at the route files and at this process.
     *
     * @param home the folder that holds the program's {@code config} and {@code routes}
     * @param file the settings file
     */
    public static Result of(Path home, Path file, Clock clock) {
        List<Finding> jars = ExtensionJars.check(home);
        if (jars.stream().anyMatch(finding -> finding.level() == Level.ERROR)) {
            // Before a class of theirs is used.
            return new Result(jars, null, Map.of(), file, "");
        }
        SettingsLoader.Checked checked;
        try {
            checked = SettingsLoader.check(file, ProviderCatalog.find(), clock);
        } catch (IllegalStateException e) {
            if (!(e.getCause() instanceof ConfigurationException unusable)) {
                throw e;
            }
            List<Finding> all = new ArrayList<>(jars);
            all.add(new Finding(Level.ERROR, "", 0, 0, "", String.valueOf(unusable.getMessage()), EXTENDING));
            return new Result(all, null, Map.of(), file, "");
        }
        Findings findings = checked.findings();
        Settings settings = checked.settings();
        jars.forEach(findings::add);
        StartCheck check = new StartCheck(findings, clock);
        if (settings != null) {
            check.process(home, settings);
            check.service(settings.service());
            check.status(settings.service().status());
            check.broker(settings.broker());
            check.keys(settings);
            check.trust(settings);
            check.drop(settings.sources().file());
            settings.schedules()
                    .forEach((name, schedule) ->
                            check.times("schedules." + name + ".cron", schedule.cron(), schedule.timeZone()));
            settings.reports().forEach(check::report);
            if (Files.isReadable(CamelSetup.settings(home))) {
                RouteCheck.of(home, settings, clock).forEach(findings::add);
                LocalRoutes.check(home, settings, RouteCheck::cause).forEach(check::local);
            }
        }
        return new Result(findings.inOrder(), findings.stop() ? null : settings, check.rings, file, checked.digest());
    }

    private void process(Path home, Settings settings) {
        try {
            HostCheck.ofProcess(settings.service().allowAgents(), CamelSetup.settings(home));
        } catch (ConfigurationException e) {
            e.getMessage().lines().forEach(line -> findings.add(RouteCheck.line(line)));
        }
    }

    private void service(Settings.Service service) {
        demand("service.dataDirectory", () -> DataDirectory.demandUsable(service.dataDirectory()));
        if (service.controlGroup() != null) {
            ControlServer.groupProblem(service.dataDirectory(), service.controlGroup())
                    .ifPresent(problem -> findings.add(
                            "service.controlGroup", new ConfigurationException(problem), "correct the group's name"));
        }
        demand("service.signingKey", () -> ServiceKeys.demandUsable(service.signingKey(), service.atRestKey()));
    }

    private void status(Settings.@Nullable Status status) {
        if (status != null && status.certificate() != null && status.privateKey() != null) {
            demand(
                    "service.status",
                    () -> PemIdentity.demandUsable("service.status", status.certificate(), status.privateKey()));
        }
        if (status != null && status.clientCertificates() != null) {
            demand("service.status.clientCertificates", () -> PemTrust.context(status.clientCertificates()));
        }
    }

    private void broker(Settings.Broker broker) {
        Settings.Acceptor acceptor = broker.acceptor();
        if (acceptor != null && acceptor.certificate() != null && acceptor.privateKey() != null) {
            demand(
                    "broker.acceptor",
                    () -> PemIdentity.demandUsable("broker.acceptor", acceptor.certificate(), acceptor.privateKey()));
        }
    }

    private void keys(Settings settings) {
        settings.keyRings().forEach(this::ring);
        settings.recipients()
                .forEach((name, recipient) ->
                        demand("recipients." + name + ".key", () -> RecipientKey.load(recipient, clock)));
        settings.policy()
                .signers()
                .forEach((name, signer) -> demand(
                        "policy.signers." + name + ".key",
                        () -> RequestSignatures.load(
                                new Settings.Policy(List.of(), Map.of(name, signer), List.of()), clock)));
    }

    /** Every file that cannot be used, at the entry that names it. */
    private void ring(String name, Settings.KeyRing ring) {
        try {
            KeyRing read = KeyAndLedgerFactory.keyRing(name, ring);
            rings.put(name, read);
            read.unused().forEach(finding -> unused(name, ring, finding));
            if (!read.opensPasswords()) {
                findings.add(
                        Level.WARNING,
                        "keyRings." + name,
                        "holds no RSA private key, so it opens no password",
                        "add the key of the instances' key pair");
            }
        } catch (KeyLoadException e) {
            List<String> entries = new ArrayList<>();
            for (int i = 0; i < ring.keys().size(); i++) {
                entries.add("keyRings." + name + ".keys[" + i + "]");
            }
            List<String> known = entries.stream().filter(findings::concern).toList();
            for (KeyLoadException.Finding finding : e.findings()) {
                String entry = entries.get(entry(ring, finding.file()));
                if (!known.contains(entry)) {
                    add(entry + ".path", finding);
                }
            }
        }
    }

    private void unused(String name, Settings.KeyRing ring, KeyLoadException.Finding finding) {
        String[] words = finding.advice().split("; ", 2);
        findings.add(
                KeyRing.isHarmless(finding) ? Level.NOTE : Level.WARNING,
                "keyRings." + name + ".keys[" + entry(ring, finding.file()) + "].path",
                finding.file() + " is not used: " + words[0],
                words.length == 2 ? words[1] : "");
    }

    private static int entry(Settings.KeyRing ring, Path file) {
        for (int i = 0; i < ring.keys().size(); i++) {
            if (file.startsWith(ring.keys().get(i).path())) {
                return i;
            }
        }
        return 0;
    }

    private void add(String key, KeyLoadException.Finding finding) {
        String[] words = finding.toString().split("; ", 2);
        findings.addAlso(key, words[0], words.length == 2 ? words[1] : "");
    }

    private void trust(Settings settings) {
        Settings.Tracing tracing = settings.service().tracing();
        if (tracing != null) {
            demand("service.tracing.trust", () -> PemTrust.context(tracing.trust()));
        }
        settings.accounts()
                .forEach((name, account) ->
                        demand("accounts." + name + ".trust", () -> PemTrust.context(account.trust())));
        settings.destinations().forEach((name, destination) -> {
            if (destination.channel() instanceof Settings.EmailChannel mail) {
                demand("destinations." + name + ".trust", () -> PemTrust.context(mail.trust()));
            } else if (destination.channel() instanceof Settings.WebhookChannel hook) {
                demand("destinations." + name + ".trust", () -> PemTrust.context(hook.trust()));
            }
        });
    }

    private void drop(Settings.@Nullable FileSource file) {
        if (file != null) {
            demand("sources.file.directory", () -> DropDirectory.demandUsable(file.directory(), file.owners()));
        }
    }

    private void times(String key, String cron, ZoneId zone) {
        demand(key, () -> {
            List<String> times = ScheduleTimes.next(cron, zone, clock.instant(), 3);
            findings.add(Finding.Level.NOTE, key, "next " + String.join(", ", times), "");
        });
    }

    private void report(String name, Settings.Report report) {
        times("reports." + name + ".cron", report.cron(), report.timeZone());
        Path inventory = report.scope().inventory();
        if (inventory != null) {
            String key = "reports." + name + ".scope.inventory";
            demand(key, () -> {
                try {
                    int machines = ReportScope.inventory(inventory).size();
                    findings.add(Finding.Level.NOTE, key, machines + " machines", "");
                } catch (RequestException e) {
                    throw new ConfigurationException(
                            e.getMessage() + ": " + e.code().advice());
                }
            });
        }
    }

    private void local(Finding finding) {
        if (finding.key().isEmpty()) {
            findings.add(finding);
        } else {
            findings.add(finding.key(), finding.message(), finding.hint());
        }
    }

    private interface Demand {
        void check() throws ConfigurationException, KeyLoadException, IOException;
    }

    /** What was found on a key before says more, or the same. */
    private void demand(String key, Demand demand) {
        if (findings.concern(key)) {
            return;
        }
        try {
            demand.check();
        } catch (ConfigurationException e) {
            String words = String.valueOf(e.getMessage());
            boolean isNamed = words.startsWith(key + " ") || words.startsWith(key + ": ");
            String rest = isNamed ? words.substring(key.length() + 1).strip() : words;
            findings.add(key, new ConfigurationException(rest), "");
        } catch (KeyLoadException e) {
            e.findings().forEach(finding -> add(key, finding));
        } catch (IOException e) {
            findings.add(key, "cannot be looked at", "give the service's user the right to read it");
        }
    }
}
