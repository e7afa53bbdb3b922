package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn package} makes of the folder to ship: the Debian package, the tar, and their checksums. */
class PackagesIT {

    private static final Path TARGET = Path.of("target");
    private static final String PROGRAM = "/usr/share/passcourier/";
    private static final String SUMS = "SHA256SUMS";

    /** Of the unit's exposure, from 0 to 100, as systemd counts it. */
    private static final String MOST_EXPOSED = "20";

    /**
     * Something in an archive.
     *
     * @param text of a small file, or empty
     */
    private record Entry(String mode, String owner, boolean isFolder, String sha256, String text) {}

    private static Path folder;
    private static Path tar;
    private static Path deb;
    private static Map<String, Entry> control;
    private static Map<String, Entry> data;

    @BeforeAll
    static void read() throws Exception {
        folder = made("passcourier-[0-9.]+");
        tar = made("passcourier-[0-9.]+\\.tar\\.gz");
        deb = made("passcourier_[0-9.]+_all\\.deb");
        try (ArArchiveInputStream parts = new ArArchiveInputStream(Files.newInputStream(deb))) {
            assertThat(parts.getNextEntry().getName()).isEqualTo("debian-binary");
            ArArchiveEntry first = parts.getNextEntry();
            assertThat(first.getName()).isEqualTo("control.tar.gz");
            control = entries(new GZIPInputStream(new ByteArrayInputStream(parts.readNBytes((int) first.getSize()))));
            assertThat(parts.getNextEntry().getName()).isEqualTo("data.tar");
            data = entries(parts);
        }
    }

    private static Path made(String name) throws IOException {
        try (Stream<Path> all = Files.list(TARGET)) {
            return all.filter(path -> path.getFileName().toString().matches(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("mvn package has made no " + name));
        }
    }

    /** By path, from / in a package and from the top folder in a tar. */
    private static Map<String, Entry> entries(InputStream archive) throws Exception {
        Map<String, Entry> entries = new LinkedHashMap<>();
        TarArchiveInputStream in = new TarArchiveInputStream(archive);
        for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            DigestInputStream content = new DigestInputStream(in, digest);
            String text = each.getSize() < 1 << 16
                    ? new String(content.readAllBytes(), StandardCharsets.UTF_8)
                    : drained(content);
            entries.put(
                    each.getName().replaceFirst("^\\.", "").replaceFirst("/$", ""),
                    new Entry(
                            "%04o".formatted(each.getMode() & 07777),
                            each.getUserName() + ":" + each.getGroupName() + " " + each.getLongUserId() + ":"
                                    + each.getLongGroupId(),
                            each.isDirectory(),
                            HexFormat.of().formatHex(digest.digest()),
                            text));
        }
        return entries;
    }

    private static String drained(InputStream content) throws IOException {
        content.transferTo(OutputStream.nullOutputStream());
        return "";
    }

    @Test
    void theDebianPackageHoldsTheFolderAndWhatDebianNeeds() throws Exception {
        Map<String, String> packaged = new TreeMap<>();
        List<String> more = new ArrayList<>();
        data.forEach((path, entry) -> {
            if (!entry.isFolder()) {
                if (path.startsWith(PROGRAM)) {
                    packaged.put(path.substring(PROGRAM.length()), entry.sha256());
                } else {
                    more.add(path);
                }
            }
        });
        assertThat(packaged).isEqualTo(filesOfTheFolder());
        assertThat(more)
                .containsExactlyInAnyOrder(
                        "/usr/bin/passcourier",
                        "/usr/lib/systemd/system/passcourier.service",
                        "/etc/passcourier/passcourier.yaml");
    }

    /** Whoever can write there can change the program. */
    @Test
    void allInItIsRootsAndWritableByNobodyElse() {
        data.forEach((path, entry) -> {
            assertThat(entry.owner()).as(path).isEqualTo("root:root 0:0");
            String expected = entry.isFolder() || path.contains("/bin/") ? "0755" : "0644";
            assertThat(entry.mode()).as(path).isEqualTo(path.startsWith("/etc/passcourier/") ? "0640" : expected);
        });
    }

    @Test
    void itsControlFileSaysWhatItNeeds() {
        Map<String, String> fields = new TreeMap<>();
        Pattern.compile("(?m)^([A-Z][A-Za-z-]*): (.*)$")
                .matcher(control.get("/control").text())
                .results()
                .forEach(match -> fields.put(match.group(1), match.group(2)));
        assertThat(fields)
                .containsEntry("Package", "passcourier")
                .containsEntry("Version", folder.getFileName().toString().replace("passcourier-", ""))
                .containsEntry("Architecture", "all")
                .containsEntry("Depends", "adduser, default-jre-headless (>= 2:1.17) | java17-runtime-headless")
                .containsKeys("Maintainer", "Description", "Installed-Size", "Section", "Priority");
    }

    /** Else an upgrade would overwrite them without a question. */
    @Test
    void everyFileInEtcIsAConffile() {
        List<String> inEtc = data.keySet().stream()
                .filter(path -> path.startsWith("/etc/") && !data.get(path).isFolder())
                .toList();
        assertThat(control.get("/conffiles").text().lines()).isNotEmpty().containsExactlyElementsOf(inEtc);
    }

    @Test
    void itsScriptsAreShellThatStopsAtTheFirstError(@TempDir Path elsewhere) throws Exception {
        for (String name : List.of("/postinst", "/prerm", "/postrm")) {
            Entry script = control.get(name);
            assertThat(script.mode()).as(name).isEqualTo("0755");
            assertThat(script.text()).startsWith("#!/bin/sh\n").contains("\nset -e\n");
            Path file = Files.writeString(elsewhere.resolve(name.substring(1)), script.text());
            assertThat(exit("sh", "-n", file.toString())).as(name).isZero();
        }
    }

    @Test
    void itsUnitStartsWhatIsInItInASandbox() {
        String unit = data.get("/usr/lib/systemd/system/passcourier.service").text();

        for (String key : List.of("ExecStart", "ExecReload")) {
            assertThat(values(unit, key)).hasSize(1).allSatisfy(command -> assertThat(
                            data.get(command.split(" ")[0]).mode())
                    .isEqualTo("0755"));
        }
        assertThat(values(unit, "Environment")).containsExactly("PASSCOURIER_CONFIG=/etc/passcourier");
        assertThat(values(unit, "User")).containsExactly("passcourier");
        for (String line : List.of(
                "Type=notify",
                "NoNewPrivileges=yes",
                "ProtectSystem=strict",
                "PrivateTmp=yes",
                "CapabilityBoundingSet=",
                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
                "StateDirectory=passcourier",
                "StateDirectoryMode=0700",
                "UMask=0077",
                "LimitCORE=0",
                "RestartPreventExitStatus=2")) {
            assertThat(unit.lines()).contains(line);
        }
    }

    @Test
    void systemdCountsLittleThatItsUnitIsExposedTo(@TempDir Path elsewhere) throws Exception {
        assumeTrue(exit("systemd-analyze", "--version") == 0, "systemd-analyze is not there (package systemd)");
        Path unit = Files.writeString(
                elsewhere.resolve("passcourier.service"),
                data.get("/usr/lib/systemd/system/passcourier.service").text());
        assertThat(exit("systemd-analyze", "security", "--offline=yes", "--threshold=" + MOST_EXPOSED, unit.toString()))
                .isZero();
    }

    @Test
    void theTarHoldsTheFolderAsRootsAndWritableByNobodyElse() throws Exception {
        Map<String, Entry> all;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(tar))) {
            all = entries(in);
        }
        Map<String, String> held = new TreeMap<>();
        String top = folder.getFileName().toString();
        all.forEach((path, entry) -> {
            assertThat(path).matches(Pattern.quote(top) + "(/.*)?");
            assertThat(entry.owner()).as(path).isEqualTo("root:root 0:0");
            assertThat(entry.mode()).as(path).isEqualTo(entry.isFolder() || path.contains("/bin/") ? "0755" : "0644");
            if (!entry.isFolder()) {
                held.put(path.substring(top.length() + 1), entry.sha256());
            }
        });
        assertThat(held.remove(SUMS)).isEqualTo(sha256(folder.resolve(SUMS)));
        assertThat(held).isEqualTo(filesOfTheFolder());
    }

    @Test
    void theFolderListsAllItsFilesByTheirChecksums() throws Exception {
        assertThat(sums(folder.resolve(SUMS))).isEqualTo(filesOfTheFolder());
    }

    @Test
    void checksumsOfWhatIsHandedOutLieBesideIt() throws Exception {
        Path bom = TARGET.resolve("bom.json");
        assertThat(sums(TARGET.resolve(SUMS)))
                .containsOnly(
                        Map.entry(tar.getFileName().toString(), sha256(tar)),
                        Map.entry(deb.getFileName().toString(), sha256(deb)),
                        Map.entry(bom.getFileName().toString(), sha256(bom)));
    }

    /** As {@code sha256sum -c} reads them. */
    private static Map<String, String> sums(Path file) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            assertThat(line).matches("[0-9a-f]{64} \\*[^/].*");
            sums.put(line.substring(66), line.substring(0, 64));
        }
        return sums;
    }

    private static Map<String, String> filesOfTheFolder() throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), sha256(file));
            }
        }
        files.remove(SUMS);
        return files;
    }

    private static String sha256(Path file) throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            drained(in);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<String> values(String unit, String key) {
        return Pattern.compile("(?m)^" + key + "=(.*)$")
                .matcher(unit)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static int exit(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } catch (IOException e) {
            return 127;
        }
    }
}
