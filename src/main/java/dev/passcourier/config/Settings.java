package dev.passcourier.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code config/passcourier.yaml}, checked whole: every reference between its parts resolves, every default is filled
 * in. Relative paths have been resolved against the service's home, {@link SettingsLoader#home}.
 */
public record Settings(
        Service service,
        Broker broker,
        Sources sources,
        Map<String, KeyRing> keyRings,
        Map<String, Account> accounts,
        Map<String, Recipient> recipients,
        Map<String, Destination> destinations,
        Map<String, Schedule> schedules,
        Map<String, Report> reports,
        Policy policy,
        LedgerStore ledger,
        Retention retention,
        @Nullable Local local) {

    /** Longest that a request, or an inspection of a report, may ask us to keep trying. */
    public static final Duration LONGEST_DEADLINE = Duration.ofDays(30);

    /**
     * The process.
     *
     * @param dataDirectory   everything we keep: journal, audit, ledger, own keys; 0700
     * @param defaultDeadline how long a request without a deadline may take
     * @param resultLifetime  how long a sealed result is valid
     * @param keepFailedWork  how long work that failed is kept to be returned
     * @param retryPace       what the retry table's waits are multiplied by; 1 in operation, less in a rehearsal
     * @param signingKey      private JWK (EC P-256) that signs results; made at the first start if it is not there
     * @param atRestKey       256-bit key of the at-rest seal, as base64; made at the first start if it is not there
     * @param auditHead       a second place for the audit trail's newest checkpoint, or null for none
     * @param minFreeSpace    bytes that must be free in the data directory and the drop directory
     * @param status          the status page, or null for none
     * @param tracing         where traces go, or null for nowhere
     * @param controlGroup    the operating system's group whose members may ask by commands, or null for none
     * @param allowAgents     names of agents that may run in our process
     */
    public record Service(
            Path dataDirectory,
            Duration defaultDeadline,
            Duration resultLifetime,
            Duration keepFailedWork,
            double retryPace,
            Path signingKey,
            Path atRestKey,
            @Nullable Path auditHead,
            long minFreeSpace,
            @Nullable Status status,
            @Nullable Tracing tracing,
            @Nullable String controlGroup,
            List<String> allowAgents) {

        /** By files of so many bytes the embedded broker's journal grows. */
        public static final int JOURNAL_FILE = 10 << 20;

        /**
         * Least free space with the embedded broker, which stops on a disk that has no room for its next file. At half of
         * this it refuses senders; what is left holds two more files: one of the journal, and as much for trail and ledger.
         */
        static final long LEAST_FREE_SPACE = 4L * JOURNAL_FILE;
    }

    /**
     * Probes, metrics and the status page. Beyond loopback they are behind TLS, and behind a token or a client certificate.
     *
     * @param host               loopback unless TLS and one of the two are set up
     * @param port               0 takes any free one
     * @param certificate        PEM chain, or null for no TLS
     * @param privateKey         PEM private key, or null for no TLS
     * @param token              what lets somebody look, or null
     * @param clientCertificates authorities whose client certificates let somebody look, or null
     */
    public record Status(
            String host,
            int port,
            @Nullable Path certificate,
            @Nullable Path privateKey,
            @Nullable SecretRef token,
            @Nullable Path clientCertificates) {

        /** On loopback, in clear, for everybody on this machine. */
        public Status(int port) {
            this("127.0.0.1", port, null, null, null, null);
        }
    }

    /**
     * Where traces go, by OTLP over HTTP.
     *
     * @param endpoint    the collector's
     * @param sampleRatio share of the requests that are traced if nobody has decided before us, from 0 to 1
     * @param headers     by name, what each call to the collector carries
     * @param trust       PEM file with the only certificate authorities to trust, or null for the platform's
     * @param insecure    allows {@code http:} beyond loopback
     * @param clouds      whether calls to clouds carry the trace
     */
    public record Tracing(
            URI endpoint,
            double sampleRatio,
            Map<String, SecretRef> headers,
            @Nullable Path trust,
            boolean insecure,
            boolean clouds) {}

    /**
     * The broker.
     *
     * @param url      of an external Artemis, or null for the embedded one
     * @param user     for an external broker
     * @param password for an external broker
     * @param acceptor TCP acceptor of the embedded broker, or null for none
     * @param users    who may connect to the acceptor
     */
    public record Broker(
            @Nullable String url,
            @Nullable String user,
            @Nullable SecretRef password,
            @Nullable Acceptor acceptor,
            Map<String, BrokerUser> users) {}

    /**
     * A TCP acceptor for other programs.
     *
     * @param host        loopback unless TLS is set up
     * @param port        0 takes any free one
     * @param certificate PEM chain, or null for no TLS
     * @param privateKey  PEM private key, or null for no TLS
     */
    public record Acceptor(
            String host,
            int port,
            @Nullable Path certificate,
            @Nullable Path privateKey) {}

    /**
     * A program's user on the embedded broker.
     *
     * @param roles {@code requester} may send requests; {@code collector} may read the queues of JMS destinations
     */
    public record BrokerUser(SecretRef password, List<Role> roles) {

        /** What a user may do. */
        public enum Role {
            REQUESTER,
            COLLECTOR
        }
    }

    /** Where requests come from. */
    public record Sources(JmsSource jms, @Nullable FileSource file) {}

    /**
     * Requests on a queue.
     *
     * @param queue       the queue; it is the intake itself when it lies on our broker
     * @param concurrency requests checked at once, whatever their source
     * @param url         of another Artemis broker that holds the queue, or null for our own
     * @param user        for the other broker
     * @param password    for the other broker
     */
    public record JmsSource(
            String queue,
            int concurrency,
            @Nullable String url,
            @Nullable String user,
            @Nullable SecretRef password) {}

    /**
     * Batches in a directory.
     *
     * @param directory where they are dropped; must exist and must not be writable by everybody
     * @param minAge    how long a file must have been left alone before it is taken
     * @param maxPause  longest pause of a writer: so long a file is held back whose end looks unfinished, and so long a
     *                  taken one is watched before it goes to {@code done}
     * @param poll      how often to look
     * @param owners    users whose files are taken; empty means only the service's own user
     * @param defaults  what requests have that they do not say themselves, or null
     * @param summary   destinations that are told how each batch ended
     * @param bundle    recipients that get the sealed results of each batch in one file too
     */
    public record FileSource(
            Path directory,
            Duration minAge,
            Duration maxPause,
            Duration poll,
            List<String> owners,
            @Nullable RequestDefaults defaults,
            List<String> summary,
            List<String> bundle) {}

    /**
     * What requests have that they do not say themselves.
     *
     * @param account     an account's name, or null
     * @param deliverTo   destinations; empty for none
     * @param key         the key pair's name, or null
     * @param deadline    counted from when they are taken, or null for the service's
     * @param requestedBy who asks, or null
     * @param reason      why, or null
     * @param parameters  further ids that the cloud needs
     */
    public record RequestDefaults(
            @Nullable String account,
            List<String> deliverTo,
            @Nullable String key,
            @Nullable Duration deadline,
            @Nullable String requestedBy,
            @Nullable String reason,
            Map<String, String> parameters) {}

    /**
     * Private keys that open passwords.
     *
     * @param accounts the accounts it serves, of one provider and project; empty means the one that names it
     * @param keys     where they are
     */
    public record KeyRing(List<String> accounts, List<KeyFile> keys) {}

    /**
     * A file with a private key, or a directory of them.
     *
     * @param path       the file or directory
     * @param passphrase of encrypted keys, or null
     */
    public record KeyFile(Path path, @Nullable SecretRef passphrase) {}

    /**
     * A cloud account.
     *
     * @param provider    the provider's id
     * @param keyRing     name of the key ring, or null for clouds that answer in clear
     * @param rate        calls per second, or null for the provider's default
     * @param concurrency requests in hand at once
     * @param clones      whether the same ciphertext may serve several instances
     * @param showInstance whether instances are named outside of the seal: in file names, subjects, envelopes, notices
     * @param afterDelivery what becomes of the cloud's record of a password once its request is delivered
     * @param trust       PEM file with the only certificate authorities to trust, or null for the platform's
     * @param insecure    allows {@code http:} endpoints beyond loopback
     * @param settings    the provider's own settings, with secrets still as references
     */
    public record Account(
            String provider,
            @Nullable String keyRing,
            @Nullable Double rate,
            int concurrency,
            boolean clones,
            boolean showInstance,
            AfterDelivery afterDelivery,
            @Nullable Path trust,
            boolean insecure,
            JsonNode settings) {}

    /** What becomes of the cloud's record of a password once every destination of its request has it. */
    public enum AfterDelivery {
        /** It stays. */
        @JsonProperty("keep")
        KEEP,
        /** The cloud is told to forget it, unless a destination is one with {@code seal: none}. */
        @JsonProperty("clear")
        CLEAR,
        /** The cloud is told to forget it, whatever the destinations. */
        @JsonProperty("clear-also-unsealed")
        CLEAR_ALSO_UNSEALED
    }

    /**
     * Who opens sealed results.
     *
     * @param format      how results are sealed for this recipient
     * @param key         file with the public key, in the form that the format needs
     * @param fingerprint pins the key, in the spelling that the format's own programs print; or null
     * @param cipher      for {@link SealFormat#CMS}, and null for the others
     */
    public record Recipient(
            SealFormat format,
            Path key,
            @Nullable String fingerprint,
            @Nullable CmsCipher cipher) {}

    /** Formats of sealed results. */
    public enum SealFormat {
        /** RFC 7516, for a public JWK, or a PEM public key or certificate. */
        JWE,
        /** RFC 5652 and S/MIME, for an X.509 certificate. */
        CMS,
        /** RFC 9580 and PGP/MIME, for an OpenPGP public key. */
        OPENPGP,
        /** age-encryption.org/v1, for an X25519 recipient. */
        AGE
    }

    /** What a CMS result is encrypted with. */
    public enum CmsCipher {
        /** AES-256-GCM in AuthEnvelopedData (RFC 5083). */
        GCM,
        /** AES-256-CBC in EnvelopedData, for old mail programs: only the signature inside shows changes. */
        CBC
    }

    /**
     * A place that results go to.
     *
     * @param seal        name of the recipient whose key seals, or null for {@code seal: none}
     * @param concurrency deliveries at once, at most
     */
    public record Destination(@Nullable String seal, int concurrency, Channel channel) {}

    /** How a destination is reached. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(name = "email", value = EmailChannel.class),
        @JsonSubTypes.Type(name = "jms", value = JmsChannel.class),
        @JsonSubTypes.Type(name = "webhook", value = WebhookChannel.class),
        @JsonSubTypes.Type(name = "file", value = FileChannel.class),
        @JsonSubTypes.Type(name = "route", value = RouteChannel.class)
    })
    public sealed interface Channel {}

    /** Transport security of a mail server. */
    public enum MailSecurity {
        SMTPS,
        STARTTLS,
        NONE
    }

    /** Mail. {@code insecure} must be set for {@link MailSecurity#NONE}. */
    public record EmailChannel(
            String host,
            int port,
            MailSecurity security,
            @Nullable String user,
            @Nullable SecretRef password,
            String from,
            String to,
            @Nullable Path trust,
            boolean insecure)
            implements Channel {}

    /** A queue on our broker. */
    public record JmsChannel(String queue) implements Channel {}

    /** A webhook after Standard Webhooks; the first secret signs first, a second one signs too during rotation. */
    public record WebhookChannel(
            URI url, List<SecretRef> secrets, @Nullable Path trust, boolean insecure) implements Channel {}

    /** Files in a directory of our own, 0600. */
    public record FileChannel(Path directory) implements Channel {}

    /** A route of the operator's own in {@code routes/local}. {@code uri} is the {@code direct:} name it begins with. */
    public record RouteChannel(String uri) implements Channel {}

    /**
     * A list of requests asked at planned times.
     *
     * @param cron     Quartz expression, six or seven fields
     * @param timeZone in which it is read
     * @param requests file with the requests (JSON, NDJSON or CSV); ids in it may be left out
     * @param report   destinations of the credential report
     */
    public record Schedule(String cron, ZoneId timeZone, Path requests, List<String> report) {}

    /**
     * A credential report: which passwords can be read from the clouds, and what is to be done about them.
     *
     * @param cron         Quartz expression, six or seven fields
     * @param timeZone     in which it is read, and in which the report shows times
     * @param misfire      what becomes of a time that was missed
     * @param scope        which machines
     * @param checks       what is looked for
     * @param thresholds   from when on it is told
     * @param deadline     how long inspections are waited for
     * @param destinations that get the report
     * @param formats      in which they get it
     */
    public record Report(
            String cron,
            ZoneId timeZone,
            Misfire misfire,
            ReportScope scope,
            List<Check> checks,
            Thresholds thresholds,
            Duration deadline,
            List<String> destinations,
            List<ReportFormat> formats) {}

    /** What becomes of planned times that were missed. */
    public enum Misfire {
        /** The latest of them is run as soon as it can be. */
        @JsonProperty("run-latest")
        RUN_LATEST,
        /** Those that passed while the service did not run are left out. */
        @JsonProperty("skip")
        SKIP
    }

    /**
     * The machines of a report: all that one of the ways names, of these accounts.
     *
     * @param accounts  names, or {@code "*"}
     * @param inventory file with machines, CSV or NDJSON, or null
     * @param ledger    whether all machines count whose passwords were ever asked for
     * @param instances ids of machines by account
     */
    public record ReportScope(
            List<String> accounts, @Nullable Path inventory, boolean ledger, Map<String, List<String>> instances) {}

    /** What a report looks for beside what became of each inspection. */
    public enum Check {
        /** The same password on several machines. */
        @JsonProperty("reused")
        REUSED,
        /** Passwords that are easy to guess. */
        @JsonProperty("weak")
        WEAK,
        /** Passwords that have been the same for too long. */
        @JsonProperty("unchanged")
        UNCHANGED,
        /** Passwords that nobody asked for. */
        @JsonProperty("never-collected")
        NEVER_COLLECTED,
        /** Passwords that were handed over and can still be read from the cloud. */
        @JsonProperty("still-at-cloud")
        STILL_AT_CLOUD,
        /** Keys of the rings that are too short. */
        @JsonProperty("weak-keys")
        WEAK_KEYS,
        /** Keys of recipients that are weak, or expire soon. */
        @JsonProperty("recipient-keys")
        RECIPIENT_KEYS
    }

    /**
     * From when on a report tells of something.
     *
     * @param unchanged       how long a password may stay the same
     * @param recipientExpiry how long before its end a recipient's key is told of
     * @param keyBits         least size of an RSA key
     */
    public record Thresholds(Duration unchanged, Duration recipientExpiry, int keyBits) {}

    /** Forms of a report. */
    public enum ReportFormat {
        HTML,
        CSV,
        JSON,
        PDF
    }

    /**
     * Who may ask for what; without a fitting rule nothing is granted.
     *
     * @param rules   looked at in their order
     * @param signers who may sign requests, by the {@code kid} they sign with
     * @param signed  sources whose requests must be signed: {@code jms}, {@code file}, {@code local}
     */
    public record Policy(List<Rule> rules, Map<String, Signer> signers, List<String> signed) {}

    /**
     * Who may sign requests.
     *
     * @param key         file with the public key: JWK or PEM, P-256 or Ed25519
     * @param fingerprint the key's RFC 7638 SHA-256 thumbprint in base64url that pins it, or null
     */
    public record Signer(Path key, @Nullable String fingerprint) {}

    /**
     * Grants. Every list must match; {@code "*"} matches all, of destinations all aliases.
     *
     * @param name         for the audit trail
     * @param sources      {@code jms}, {@code file}, {@code schedule}, {@code cli}, {@code report}, {@code local}
     * @param users        broker-validated users, for {@code jms}, the operating system's, for {@code cli}, or
     *                     {@code local:<route id>}, for {@code local}; empty means any
     * @param signers      names of signers, one of whom must have signed; empty means that nobody need have
     * @param accounts     account names
     * @param instances    patterns with {@code *}
     * @param destinations aliases that results may go to; for the commands get and clear {@code get:asker},
     *                     {@code get:<recipient>} and {@code cloud:clear}, which must be named
     */
    public record Rule(
            String name,
            List<String> sources,
            List<String> users,
            List<String> signers,
            List<String> accounts,
            List<String> instances,
            List<String> destinations) {}

    /** Where the ledger is kept. {@code url} is a JDBC URL, or null for H2 in the data directory. */
    public record LedgerStore(
            @Nullable String url,
            @Nullable String user,
            @Nullable SecretRef password) {}

    /**
     * How long what has come to its end is kept; null is for ever.
     *
     * @param ledger       rows of requests, deliveries and lines of batches, counted from their end
     * @param done         what lies in the drop directory's {@code done} and {@code failed}
     * @param reports      runs of credential reports with their machines and documents
     * @param audit        records of the audit trail, in the data directory
     * @param archive      where they go then, or null for {@code archive} in the data directory
     */
    public record Retention(
            @Nullable Duration ledger,
            @Nullable Duration done,
            @Nullable Duration reports,
            @Nullable Duration audit,
            @Nullable Path archive) {

        /** Keeps everything. */
        public static final Retention FOREVER = new Retention(null, null, null, null, null);
    }

    /**
     * What the operator's own routes in {@code routes/local} may use.
     *
     * @param components  Camel components beside those that reach nothing outside
     * @param directories that the component {@code file} may read and write
     * @param secrets     by the name of the placeholder that stands for them in a route
     */
    public record Local(List<String> components, List<Path> directories, Map<String, SecretRef> secrets) {}
}
