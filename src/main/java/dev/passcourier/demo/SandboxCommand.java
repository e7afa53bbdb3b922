package dev.passcourier.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.cli.Home;
import dev.passcourier.cli.Output;
import dev.passcourier.cli.OutputFormat;
import dev.passcourier.cli.Subcommand;
import dev.passcourier.sandbox.DemoClouds;
import dev.passcourier.sandbox.DemoInstance;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.sandbox.ZStackSandbox;
import dev.passcourier.vault.KeyLoadException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the pretend clouds, a mailbox and a webhook receiver until Ctrl-C, for rehearsals without a cloud account. */
@Command(
        name = "sandbox",
        description = {
            "Runs pretend clouds, a mailbox and a webhook receiver on this machine, for rehearsals without an account,"
                    + " and writes settings for a service that uses them. Says what arrives, and checks it.",
            "Started again, everything is as it was: machines, keys, ports, settings, data. Only pretend machines."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier sandbox",
            "",
            "and then, each in a terminal of its own, what it prints: a service that",
            "fetches the first password, and the command that opens it. The examples of",
            "all other commands work beside it, typed in the folder that holds bin."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:it was stopped",
            "  1:a port is taken, or the directory cannot be used",
            "  2:wrong usage",
            "130:it was stopped by Ctrl-C"
        })
public final class SandboxCommand implements Subcommand {

    /** In this order from {@code --port-base} on. */
    private static final List<String> SERVERS = List.of(
            "kakaocloud",
            "kakaocloud-iam",
            "zstack",
            "tencent-gse",
            "huawei-iam",
            "huawei-ecs",
            "mail",
            "hook",
            "broker",
            "status");

    private static final int MOST_INSTANCES = 100_000;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Option(
            names = "--port-base",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "first of ten ports in a row; ${DEFAULT-VALUE}, the default, takes those of the last time, or any"
                            + " free ones")
    private int portBase;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "3",
            description = "ready instances per cloud, beside some in other states; default: ${DEFAULT-VALUE}")
    private int instances;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "where settings, keys, secrets and data go; default: data/sandbox beside bin")
    private @Nullable Path directory;

    @Option(
            names = "--fresh",
            description = "start over: removes what a sandbox made in DIR, all of data and drop/work, done, failed, and"
                    + " deliveries in out; says what, and leaves everything else")
    private boolean fresh;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec;

    private final Clock clock = Clock.system(ZoneId.systemDefault());

    @Override
    public Integer call() {
        if (output.format() == OutputFormat.csv) {
            throw new ParameterException(spec.commandLine(), "what arrives is told as table or json");
        }
        check("--port-base", portBase, 65536 - SERVERS.size());
        check("--instances", instances, MOST_INSTANCES);
        Path where = directory == null ? Home.find().resolve("data/sandbox") : directory;
        try (SandboxHome home = SandboxHome.open(where)) {
            if (fresh) {
                SandboxHome.StartedOver over = home.startOver();
                say("removed from " + home.path() + ": "
                        + (over.removed().isEmpty() ? "nothing" : String.join(", ", over.removed())));
                if (!over.left().isEmpty()) {
                    say("left there: " + String.join(", ", over.left()));
                }
            }
            run(home);
            return 0;
        } catch (InterruptedException e) {
            return 0;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FileSystemException file) {
                say("The sandbox cannot start: " + file.getFile() + ": " + reason(file));
                return 1;
            }
            say("The sandbox cannot start: " + e.getMessage() + ": "
                    + e.getCause().getMessage()
                    + ". End what listens there, or choose other ports by --port-base.");
            return 1;
        } catch (FileSystemException e) {
            say("The sandbox cannot start: " + e.getFile() + ": " + reason(e));
            return 1;
        } catch (KeyLoadException | IOException e) {
            say("The sandbox cannot start: " + e.getMessage());
            return 1;
        }
    }

    /** Mostly told by the kind alone: the message is the path. */
    private static String reason(FileSystemException failure) {
        if (failure instanceof AccessDeniedException) {
            return "may not be read or written by this user: chown it, or name another --directory";
        }
        if (failure instanceof NoSuchFileException) {
            return "is not there";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "is there already: move it away, or name another --directory";
        }
        return failure.getReason() == null ? "cannot be read or written" : failure.getReason();
    }

    private void check(String option, int value, int most) {
        if (value < 0 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " must be from 0 to " + most);
        }
    }

    private void say(String text) {
        spec.commandLine().getErr().println(text);
        spec.commandLine().getErr().flush();
    }

    private void run(SandboxHome home) throws IOException, KeyLoadException, InterruptedException {
        SandboxState state = home.state();
        for (int i = 0; i < SERVERS.size(); i++) {
            if (portBase > 0) {
                state.port(SERVERS.get(i), portBase + i);
            } else {
                state.reservePort(SERVERS.get(i));
            }
        }
        String mailPassword = state.keep("mail.password", SandboxCommand::secret);
        String hookSecret =
                state.keep("hook.secret", () -> "whsec_" + Base64.getEncoder().encodeToString(bytes(32)));
        SandboxCertificate certificate = SandboxCertificate.forLoopback(clock, state);
        try (DemoClouds clouds = DemoClouds.start(clock, state, instances)) {
            Arrivals arrivals = new Arrivals(home.recipientKey(), home.signer(), clouds.instances(), clock, this::show);
            try (Mailbox mailbox = Mailbox.start(
                            state.port("mail"),
                            Mailbox.Security.STARTTLS,
                            certificate,
                            Map.of("passcourier", mailPassword),
                            arrivals::mail);
                    WebhookReceiver hook = WebhookReceiver.start(
                            state.port("hook"), hookSecret, certificate, clock, arrivals::webhook)) {
                String note = write(home, clouds, certificate, hook);
                show(home, clouds);
                if (note != null) {
                    say(note);
                }
                say("The sandbox is up. Ctrl-C stops it; what arrives is told here.");
                new CountDownLatch(1).await();
            }
        }
    }

    /** Writes everything into the folder; returns what there is to know about the settings, or null. */
    private static @Nullable String write(
            SandboxHome home, DemoClouds clouds, SandboxCertificate certificate, WebhookReceiver hook)
            throws IOException, KeyLoadException {
        SandboxState state = home.state();
        home.file("keys/kakaocloud.pem", state.get(DemoClouds.KAKAO_ACCOUNT + ".key-pair"));
        home.file("keys/huawei-ecs.pem", state.get(DemoClouds.HUAWEI_ACCOUNT + ".key-pair"));
        home.file("secrets/kakaocloud", clouds.kakaoCloud().credentialSecret());
        home.file("secrets/zstack", clouds.zStack().accountPassword());
        home.file("secrets/tencent-gse", clouds.tencentGse().secretKey());
        home.file("secrets/huawei-ecs", clouds.huaweiEcs().secretKey());
        home.file("secrets/mail", state.get("mail.password"));
        home.file("secrets/hook", state.get("hook.secret"));
        home.file("secrets/orchestrator", state.keep("broker.password", SandboxCommand::secret));
        home.file("sandbox-ca.pem", certificate.pem());
        home.json("instances.json", clouds.instances());
        home.json("credentials.json", credentials(clouds));
        home.file("openrc", openrc(clouds.huaweiEcs()));
        home.recipient(Clock.systemUTC());
        home.folder("drop");
        home.folder("out");
        home.folder("examples");
        home.file("examples/request.json", request(first(clouds)));
        List<DemoInstance> ready = ready(clouds);
        List<DemoInstance> kept = ready.size() < 2 ? ready : ready.subList(0, ready.size() - 1);
        home.file("examples/batch.csv", batch("example-batch-", kept));
        home.file("examples/nightly.csv", batch("", kept));
        home.file("examples/instance", first(clouds).instance() + "\n");
        // Once the example of clear has run, there is nothing to get of this one.
        DemoInstance spare = ready.isEmpty() ? first(clouds) : ready.get(ready.size() - 1);
        home.file("examples/spare", spare.instance() + "\n");
        String note = home.settings(values(home, clouds, hook));
        if (state.get("first").isEmpty()) {
            state.put("first", first(clouds).instance());
            home.file("drop/first.csv", firstBatch(first(clouds)));
        }
        state.save();
        return note;
    }

    private static DemoInstance first(DemoClouds clouds) {
        return clouds.instances().stream()
                .filter(each -> each.account().equals(DemoClouds.HUAWEI_ACCOUNT))
                .findFirst()
                .orElseThrow();
    }

    private static List<DemoInstance> ready(DemoClouds clouds) {
        return clouds.instances().stream()
                .filter(each -> each.account().equals(DemoClouds.HUAWEI_ACCOUNT)
                        && each.state().equals("ready"))
                .toList();
    }

    private static String firstBatch(DemoInstance machine) {
        return "id,account,instance,deliverTo\nfirst," + machine.account() + "," + machine.instance()
                + ",folder mail hook\n";
    }

    /** What the commands' help submits and looks at. */
    private static String request(DemoInstance machine) {
        return "{\"id\": \"example-1\", \"account\": \"" + machine.account() + "\", \"instance\": \""
                + machine.instance() + "\", \"deliverTo\": [\"folder\"]}\n";
    }

    /** With ids that begin so; with none, as a schedule's list has it, which is asked for again and again. */
    private static String batch(String ids, List<DemoInstance> machines) {
        StringBuilder lines = new StringBuilder("id,account,instance,deliverTo\n");
        for (int i = 0; i < machines.size(); i++) {
            lines.append(ids.isEmpty() ? "" : ids + (i + 1))
                    .append(',')
                    .append(machines.get(i).account())
                    .append(',')
                    .append(machines.get(i).instance())
                    .append(",folder\n");
        }
        return lines.toString();
    }

    private static Map<String, String> values(SandboxHome home, DemoClouds clouds, WebhookReceiver hook)
            throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("home", home.path().toString());
        values.put("port.mail", Integer.toString(home.state().port("mail")));
        values.put("port.broker", Integer.toString(home.state().port("broker")));
        values.put("port.status", Integer.toString(home.state().port("status")));
        values.put("hook.url", hook.url().toString());
        values.put("kakao.api", clouds.kakaoCloud().baseUrl());
        values.put("kakao.iam", clouds.kakaoCloud().iamUrl());
        values.put("kakao.id", clouds.kakaoCloud().credentialId());
        values.put("zstack.api", clouds.zStack().baseUrl());
        values.put("zstack.account", clouds.zStack().accountName());
        values.put("gse.api", clouds.tencentGse().baseUrl());
        values.put("gse.id", clouds.tencentGse().secretId());
        values.put("huawei.api", clouds.huaweiEcs().baseUrl());
        values.put("huawei.iam", clouds.huaweiEcs().iamUrl());
        values.put("huawei.region", clouds.huaweiEcs().projectName());
        values.put("huawei.project", clouds.huaweiEcs().projectId());
        values.put("huawei.ak", clouds.huaweiEcs().accessKey());
        return values;
    }

    /** Every way to sign in to the clouds, for other clients too. */
    private static Map<String, Map<String, String>> credentials(DemoClouds clouds) {
        KakaoCloudSandbox kakao = clouds.kakaoCloud();
        ZStackSandbox zstack = clouds.zStack();
        HuaweiEcsSandbox huawei = clouds.huaweiEcs();
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        all.put(
                DemoClouds.KAKAO_ACCOUNT,
                ordered(
                        "authUrl", kakao.iamUrl() + "/identity/v3",
                        "accessKeyId", kakao.credentialId(),
                        "accessKeyName", kakao.credentialName(),
                        "accessKeySecret", kakao.credentialSecret(),
                        "userId", kakao.userId(),
                        "user", kakao.userName(),
                        "password", kakao.userPassword(),
                        "organization", kakao.organization(),
                        "project", kakao.projectName()));
        all.put(
                DemoClouds.ZSTACK_ACCOUNT,
                ordered(
                        "account", zstack.accountName(),
                        "user", zstack.userName(),
                        "password", zstack.accountPassword(),
                        "accessKeyId", zstack.accessKeyId(),
                        "accessKeySecret", zstack.accessKeySecret()));
        all.put(
                DemoClouds.GSE_ACCOUNT,
                ordered(
                        "secretId", clouds.tencentGse().secretId(),
                        "secretKey", clouds.tencentGse().secretKey()));
        all.put(
                DemoClouds.HUAWEI_ACCOUNT,
                ordered(
                        "authUrl", huawei.iamUrl() + "/v3",
                        "user", huawei.userName(),
                        "password", huawei.userPassword(),
                        "domain", huawei.domainName(),
                        "project", huawei.projectName(),
                        "projectId", huawei.projectId(),
                        "accessKey", huawei.accessKey(),
                        "secretKey", huawei.secretKey()));
        return all;
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static String openrc(HuaweiEcsSandbox huawei) {
        return "# For OpenStack's own clients: read it with a dot, and ask, for example, with\n"
                + "#   nova get-password INSTANCE keys/huawei-ecs.pem\n"
                + "export OS_IDENTITY_API_VERSION=3\n"
                + "export OS_AUTH_URL=" + huawei.iamUrl() + "/v3\n"
                + "export OS_USERNAME=" + huawei.userName() + "\n"
                + "export OS_PASSWORD=" + huawei.userPassword() + "\n"
                + "export OS_USER_DOMAIN_NAME=" + huawei.domainName() + "\n"
                + "export OS_PROJECT_NAME=" + huawei.projectName() + "\n"
                + "export OS_PROJECT_DOMAIN_NAME=" + huawei.domainName() + "\n"
                + "export OS_REGION_NAME=" + huawei.projectName() + "\n";
    }

    private static String secret() {
        return HexFormat.of().formatHex(bytes(16));
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private void show(Arrivals.Arrival arrival) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(output.format() == OutputFormat.json ? json(arrival) : arrival.toString());
        out.flush();
    }

    private void show(SandboxHome home, DemoClouds clouds) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.json) {
            out.println(json(facts(home, clouds)));
        } else {
            table(out, home, clouds);
        }
        out.flush();
    }

    private static void table(PrintWriter out, SandboxHome home, DemoClouds clouds) {
        out.printf("%-21s %-36s %s%n", "ACCOUNT", "ENDPOINT", "SIGN-IN");
        endpoints(clouds)
                .forEach((account, urls) ->
                        out.printf("%-21s %-36s %s%n", account, urls.get(0), urls.size() > 1 ? urls.get(1) : "-"));
        out.printf("%n%-21s %-36s %-38s %s%n", "ACCOUNT", "INSTANCE", "STATE", "PARAMETERS");
        for (DemoInstance each : clouds.instances()) {
            String parameters =
                    each.parameters().isEmpty() ? "-" : each.parameters().toString();
            out.printf("%-21s %-36s %-38s %s%n", each.account(), each.instance(), each.state(), parameters);
        }
        out.printf("%nsettings for all of it:       %s%n", home.settings());
        out.printf("users, passwords, keys:       %s%n", home.path().resolve("credentials.json"));
        out.printf("for OpenStack's clients:      %s%n", home.path().resolve("openrc"));
        out.printf("pretend passwords to compare: %s%n", home.path().resolve("instances.json"));
        out.printf("requests are taken from:      %s%n", home.path().resolve("drop"));
        out.printf("%nNext, each in a terminal of its own: fetch the first password, and open it%n");
        next(home).forEach(command -> out.println("  " + command));
        out.println();
    }

    /** As README has them when they are typed where README is. */
    private static List<String> next(SandboxHome home) {
        Path program = Home.find().resolve("bin/passcourier");
        String passcourier = Files.exists(program) ? shown(program) : "passcourier";
        return List.of(
                passcourier + " run --config " + shown(home.path().resolve("config")),
                passcourier + " open --key " + shown(home.recipientKey()) + " --signer " + shown(home.signer())
                        + " --show " + shown(home.path().resolve("out")) + "/*.jwe");
    }

    /** From here if it is below, as a shell takes it for one word. */
    private static String shown(Path path) {
        Path here = Path.of("").toAbsolutePath();
        String text = (path.startsWith(here) ? here.relativize(path) : path).toString();
        return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static Map<String, Object> facts(SandboxHome home, DemoClouds clouds) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("endpoints", endpoints(clouds));
        all.put(
                "instances",
                clouds.instances().stream().map(SandboxCommand::shown).toList());
        all.put("directory", home.path().toString());
        all.put("config", home.path().resolve("config").toString());
        all.put("credentialsFile", home.path().resolve("credentials.json").toString());
        all.put("passwordsFile", home.path().resolve("instances.json").toString());
        all.put("next", next(home));
        return all;
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All but the password. */
    private static Map<String, Object> shown(DemoInstance instance) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("account", instance.account());
        shown.put("instance", instance.instance());
        shown.put("parameters", instance.parameters());
        shown.put("state", instance.state());
        return shown;
    }

    private static Map<String, List<String>> endpoints(DemoClouds clouds) {
        Map<String, List<String>> endpoints = new LinkedHashMap<>();
        endpoints.put(
                DemoClouds.KAKAO_ACCOUNT,
                List.of(clouds.kakaoCloud().baseUrl(), clouds.kakaoCloud().iamUrl()));
        endpoints.put(DemoClouds.ZSTACK_ACCOUNT, List.of(clouds.zStack().baseUrl()));
        endpoints.put(DemoClouds.GSE_ACCOUNT, List.of(clouds.tencentGse().baseUrl()));
        endpoints.put(
                DemoClouds.HUAWEI_ACCOUNT,
                List.of(clouds.huaweiEcs().baseUrl(), clouds.huaweiEcs().iamUrl()));
        return endpoints;
    }
}
