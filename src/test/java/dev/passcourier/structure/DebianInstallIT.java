package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The Debian package on a Debian of its own, whose systemd is the first process: installed, started, asked, upgraded while
 * work waits, removed, purged and installed again. Needs root, {@code debootstrap} and {@code systemd-nspawn}; runs if
 * {@code -Dinstall.suite} names a release of Debian.
 */
class DebianInstallIT {

    private static final Map<String, String> JAVA =
            Map.of("bookworm", "openjdk-17-jre-headless", "trixie", "openjdk-21-jre-headless");

    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** Lower than any, so that the package that was built is an upgrade of it. */
    private static final String VERSION_BEFORE = "0.0.1";

    private static final String HOME = "/var/lib/passcourier";
    private static final String SANDBOX = HOME + "/sandbox";
    private static final String SETTINGS = "/etc/passcourier/passcourier.yaml";

    private Path root;
    private Process machine;
    private long init;

    @BeforeEach
    void boot() throws Exception {
        String suite = System.getProperty("install.suite", "");
        assumeTrue(!suite.isEmpty(), "-Dinstall.suite=bookworm or trixie installs the package there");
        assertThat(JAVA).containsKey(suite);
        assertThat(System.getProperty("user.name"))
                .as("who makes a root file system")
                .isEqualTo("root");
        Path pristine = Path.of("target", "debian-" + suite);
        if (!Files.exists(pristine.resolve("etc/debian_version"))) {
            step("debootstrap of " + suite + ", a few minutes");
            String packages = "systemd,systemd-sysv,dbus,adduser,ca-certificates," + JAVA.get(suite);
            Path made = Path.of("target", "debian-" + suite + ".making");
            host("rm", "-rf", made.toString());
            host("debootstrap", "--variant=minbase", "--include=" + packages, suite, made.toString());
            Files.move(made, pristine);
        }
        root = Path.of("target", "debian-install").toAbsolutePath();
        host("rm", "-rf", root.toString());
        host("cp", "-a", "--reflink=auto", pristine.toString(), root.toString());
        step("boot systemd");
        machine = new ProcessBuilder(
                        "systemd-nspawn",
                        "--directory=" + root,
                        "--machine=passcourier-" + ProcessHandle.current().pid(),
                        "--register=no",
                        "--keep-unit",
                        "--link-journal=no",
                        "--console=read-only",
                        "--boot")
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "debian-install.log").toFile())
                .start();
        Awaitility.await().atMost(LONGEST).until(() -> {
            init = machine.children().map(ProcessHandle::pid).findFirst().orElse(0L);
            return init != 0
                    && Stream.of("running", "degraded")
                            .anyMatch(asked("systemctl is-system-running").text()::contains);
        });
    }

    @AfterEach
    void halt() throws Exception {
        if (machine != null) {
            asked("systemctl --no-block poweroff");
            if (!machine.waitFor(2, TimeUnit.MINUTES)) {
                machine.destroyForcibly().waitFor();
            }
            host("rm", "-rf", root.toString());
        }
    }

    @Test
    void isInstalledStartedUpgradedWithWaitingWorkRemovedAndPurged() throws Exception {
        String built = copyPackage();
        step("install " + VERSION_BEFORE + ", the same package under a lower version");
        in("dpkg-deb -R /var/tmp/passcourier.deb /var/tmp/before && sed -i 's/^Version: .*/Version: " + VERSION_BEFORE
                + "/' /var/tmp/before/DEBIAN/control && touch /var/tmp/before/usr/share/passcourier/lib/of-the-version-before.jar"
                + " && dpkg-deb -Znone -b /var/tmp/before /var/tmp/before.deb && dpkg -i /var/tmp/before.deb");
        assertThat(installedVersion()).isEqualTo(VERSION_BEFORE);
        runsInItsSandbox();
        modesAreTheRightOnes();

        step("pretend clouds, settings for them, a secret that only root can read");
        startClouds();
        in("mkdir -m 0700 /etc/passcourier/secrets && install -m 0600 " + SANDBOX
                + "/secrets/zstack /etc/passcourier/secrets/zstack");
        in("mkdir -p /etc/systemd/system/passcourier.service.d && printf '[Service]\\n"
                + "LoadCredential=zstack:/etc/passcourier/secrets/zstack\\n'"
                + " > /etc/systemd/system/passcourier.service.d/secrets.conf && systemctl daemon-reload");
        in("sed -e 's#dataDirectory: data#dataDirectory: " + HOME + "/data#' -e 's#directory: drop#directory: "
                + SANDBOX
                + "/drop#' -e 's#directory: out#directory: " + SANDBOX + "/out#' -e 's#key: recipients/#key: " + SANDBOX
                + "/recipients/#' -e 's#" + SANDBOX + "/secrets/zstack#/run/credentials/passcourier.service/zstack#' "
                + SANDBOX + "/config/passcourier.yaml > " + SETTINGS);
        in("systemctl restart passcourier && passcourier validate");
        modesAreTheRightOnes();
        step("ask");
        in("passcourier submit --wait=5m --deliver-to folder --id ask-1 sandbox-zstack " + machineOf("sandbox-zstack"));

        step("reload by systemctl, and what is refused");
        in("sed -i 's/timeZone: UTC/timeZone: Asia\\/Seoul/' " + SETTINGS + " && systemctl reload passcourier");
        in("cp -p " + SETTINGS + " /var/tmp/good && echo 'nonsense: 1' >> " + SETTINGS);
        assertThat(asked("systemctl reload passcourier").exit()).isNotZero();
        assertThat(in("journalctl -u passcourier -o cat")).contains("unknown key 'nonsense'", "nothing was reloaded");
        in("cat /var/tmp/good > " + SETTINGS);

        step("clouds away, work waits");
        in("systemctl stop clouds");
        in("passcourier submit --deliver-to folder --id wait-h sandbox-huawei-ecs " + machineOf("sandbox-huawei-ecs"));
        in("passcourier submit --deliver-to folder --id wait-z sandbox-zstack " + machineOf("sandbox-zstack"));
        Awaitility.await()
                .atMost(LONGEST)
                .until(() -> asked("passcourier status wait-h").text().contains("wait-h"));
        String keys = in("cd " + HOME + "/data/keys && sha256sum *");

        step("upgrade to " + built);
        String said = in("dpkg -i /var/tmp/passcourier.deb");
        assertThat(said).contains("Unpacking passcourier (" + built + ") over (" + VERSION_BEFORE + ")");
        assertThat(installedVersion()).isEqualTo(built);
        in("test ! -e /usr/share/passcourier/lib/of-the-version-before.jar");
        runsInItsSandbox();
        modesAreTheRightOnes();
        assertThat(in("cd " + HOME + "/data/keys && sha256sum *")).isEqualTo(keys);
        assertThat(results("wait-")).isEmpty();

        step("clouds back, each ends once");
        startClouds();
        for (String id : List.of("wait-h", "wait-z")) {
            Awaitility.await()
                    .atMost(LONGEST)
                    .until(() -> asked("passcourier status " + id).text().contains("DELIVERED"));
        }
        assertThat(results("ask-1")).hasSize(1);
        assertThat(results("wait-h")).hasSize(1);
        assertThat(results("wait-z")).hasSize(1);
        assertThat(in("passcourier open --key " + SANDBOX + "/mine/operations.private.pem --signer " + HOME
                        + "/data/keys/signing.pub.jwk --request wait-h --show "
                        + results("wait-h").get(0)))
                .contains("signature    checked", "Sandbox-");

        step("remove, and install again");
        in("systemctl stop clouds; dpkg -r passcourier");
        assertThat(asked("systemctl is-active passcourier").exit()).isNotZero();
        in("test ! -e /usr/bin/passcourier && test -e " + SETTINGS + " && test -e " + HOME + "/data/audit");
        in("dpkg -i /var/tmp/passcourier.deb");
        runsInItsSandbox();
        modesAreTheRightOnes();
        step("purge");
        assertThat(in("dpkg -P passcourier"))
                .contains("removed are the program", "kept are " + HOME, "to remove these, too: rm -r " + HOME);
        in("test ! -e " + SETTINGS + " && test -e /etc/passcourier/secrets/zstack && test -e " + HOME
                + "/data/audit && getent passwd passcourier");

        step("install again, on the data that were kept");
        in("dpkg -i /var/tmp/passcourier.deb");
        runsInItsSandbox();
        modesAreTheRightOnes();
        in("passcourier audit verify");
        assertThat(in("passcourier status wait-h")).contains("DELIVERED");
    }

    private String copyPackage() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("target"))) {
            Path deb = all.filter(path -> path.getFileName().toString().matches("passcourier_.*_all\\.deb"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("mvn package has made no Debian package"));
            Files.copy(deb, root.resolve("var/tmp/passcourier.deb"), StandardCopyOption.REPLACE_EXISTING);
            return deb.getFileName().toString().replaceFirst("^passcourier_(.*)_all\\.deb$", "$1");
        }
    }

    private String installedVersion() throws Exception {
        return in("dpkg-query -W -f '${Version}' passcourier");
    }

    /** {@code systemctl start} has waited for READY=1: with Type=notify, active means that the service said so. */
    private void runsInItsSandbox() throws Exception {
        assertThat(in("systemctl show passcourier -p ActiveState -p StatusText -p NRestarts"))
                .contains("ActiveState=active", "StatusText=passcourier is up: ", "NRestarts=0");
        assertThat(in("pid=$(systemctl show passcourier -p MainPID --value) && cat /proc/$pid/status &&"
                        + " stat -c 'owner %U' /proc/$pid && tr '\\0' '\\n' < /proc/$pid/cmdline"))
                .containsPattern("CapBnd:\\s+0000000000000000\n")
                .containsPattern("NoNewPrivs:\\s+1\n")
                .containsPattern("Seccomp:\\s+2\n")
                .contains("owner passcourier\n", "dev.passcourier.App\nrun");
        // What the process sees of the file system, asked from within its mounts.
        assertThat(asked("pid=$(systemctl show passcourier -p MainPID --value); nsenter -t $pid -m touch /etc/x")
                        .text())
                .contains("Read-only file system");
    }

    private void modesAreTheRightOnes() throws Exception {
        assertThat(in("stat -c '%a %U:%G %n' /etc/passcourier " + SETTINGS + " " + HOME + " " + HOME + "/data " + HOME
                        + "/data/keys"))
                .isEqualTo(String.join(
                        "\n",
                        "750 root:passcourier /etc/passcourier",
                        "640 root:passcourier " + SETTINGS,
                        "700 passcourier:passcourier " + HOME,
                        "700 passcourier:passcourier " + HOME + "/data",
                        "700 passcourier:passcourier " + HOME + "/data/keys"));
        assertThat(in("find " + HOME + "/data ! -user passcourier -o -perm /077"))
                .isEmpty();
    }

    private void startClouds() throws Exception {
        in("systemd-run --unit=clouds --collect --uid=passcourier --gid=passcourier"
                + " /usr/share/passcourier/bin/passcourier sandbox --directory " + SANDBOX);
        Awaitility.await().atMost(LONGEST).until(() -> asked(
                        "journalctl -u clouds -o cat _SYSTEMD_INVOCATION_ID=$(systemctl show clouds"
                                + " -p InvocationID --value)")
                .text()
                .contains("The sandbox is up."));
    }

    /** The first of the account's machines whose password can be read, as the sandbox lists them. */
    private String machineOf(String account) throws Exception {
        Matcher ready =
                Pattern.compile(account + " +([0-9a-f-]{32,36}) +ready +-").matcher(in("journalctl -u clouds -o cat"));
        assertThat(ready.find()).isTrue();
        return ready.group(1);
    }

    private List<String> results(String request) throws Exception {
        return in("ls " + SANDBOX + "/out 2>/dev/null || true")
                .lines()
                .filter(name -> name.startsWith(request))
                .map(name -> SANDBOX + "/out/" + name)
                .toList();
    }

    private record Said(int exit, String text) {}

    /** By root in the machine, in a folder that the service's user cannot look into. */
    private String in(String command) throws Exception {
        Said said = asked(command);
        assertThat(said.exit()).as("%s%n%s", command, said.text()).isZero();
        return said.text();
    }

    private Said asked(String command) throws Exception {
        return run(List.of("nsenter", "-t", String.valueOf(init), "-a", "sh", "-c", "cd /root && " + command));
    }

    private static void host(String... command) throws Exception {
        Said said = run(List.of(command));
        assertThat(said.exit())
                .as("%s%n%s", Stream.of(command).collect(Collectors.joining(" ")), said.text())
                .isZero();
    }

    private static Said run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text.strip());
    }

    private static void step(String what) {
        System.out.println(LocalTime.now().withNano(0) + " " + what);
    }
}
