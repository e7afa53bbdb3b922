package dev.passcourier.backup;

import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.audit.AuditVerifier.Finding;
import dev.passcourier.control.ControlJson;
import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.SealedStream;
import dev.passcourier.vault.SignedFiles;
import dev.passcourier.vault.StatementVerifier;
import dev.passcourier.vault.UnverifiedException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A backup as a file: a ZIP of the data directory's files, then {@link Manifest} and the service's signature over it; in an age
 * seal, if it was asked for. Everything is checked while it is read, and nothing of it is used before its end.
 */
final class BackupArchive {

    /** Where the trail, and the key that signs it, lie in a data directory. */
    static final String TRAIL = "audit";

    static final String PUBLIC_KEY = "keys/signing.pub.jwk";

    private static final String MEDIA_TYPE = "application/json";

    /** In bytes: of some 300,000 files. */
    private static final int LONGEST_MANIFEST = 64 * 1024 * 1024;

    /** No file takes more in a manifest beside its path, of which each byte takes two at most. */
    private static final int FILE_IN_MANIFEST = 160;

    private static final int HEAD_OF_MANIFEST = 4096;
    private static final int LONGEST_SIGNATURE = 64 * 1024;
    private static final int START = 32;

    private BackupArchive() {}

    /**
     * A file to be packed.
     *
     * @param path   in the archive
     * @param file   where it is
     * @param length how much of it
     */
    record Source(String path, Path file, long length) {}

    /** Signs a manifest. */
    @FunctionalInterface
    interface Signer {
        String sign(List<SignedFiles.File> files, Map<String, String> about);
    }

    /** Whether a manifest of these is one that {@link #read} takes. */
    static boolean isWithinBounds(List<Source> sources) {
        long length = sources.stream()
                .mapToLong(source -> FILE_IN_MANIFEST + 2L * source.path().getBytes(StandardCharsets.UTF_8).length)
                .sum();
        return length < LONGEST_MANIFEST - HEAD_OF_MANIFEST;
    }

    /** Packs the files, and a manifest that names them; they are {@link #isWithinBounds within bounds}. */
    static Manifest write(OutputStream to, List<Source> sources, Manifest about, Signer signer) throws IOException {
        List<Manifest.File> files = new ArrayList<>();
        ZipOutputStream zip = new ZipOutputStream(to);
        for (Source source : sources) {
            zip.putNextEntry(new ZipEntry(source.path()));
            files.add(copy(source, zip));
            zip.closeEntry();
        }
        Manifest whole = about.with(files);
        byte[] manifest = ControlJson.bytes(whole);
        add(zip, Manifest.NAME, manifest);
        add(zip, Manifest.SIGNATURE, signature(manifest, whole, signer).getBytes(StandardCharsets.US_ASCII));
        zip.finish();
        return whole;
    }

    private static String signature(byte[] manifest, Manifest whole, Signer signer) {
        return signer.sign(
                List.of(new SignedFiles.File(Manifest.NAME, MEDIA_TYPE, manifest)),
                Map.of("backup", whole.backup(), "position", Long.toString(whole.position()), "head", whole.head()));
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static Manifest.File copy(Source source, OutputStream to) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(source.file())) {
            // Not closed: that would close the archive.
            long written = transfer(in, new DigestOutputStream(to, digest), source.length());
            if (written < source.length()) {
                throw new IOException("shorter than it was");
            }
        }
        return new Manifest.File(source.path(), source.length(), HexFormat.of().formatHex(digest.digest()));
    }

    private static long transfer(InputStream in, OutputStream to, long most) throws IOException {
        byte[] block = new byte[64 * 1024];
        long left = most;
        while (left > 0) {
            int read = in.read(block, 0, (int) Math.min(block.length, left));
            if (read < 0) {
                break;
            }
            to.write(block, 0, read);
            left -= read;
        }
        return most - left;
    }

    /**
     * Reads and checks all of it, and writes out what is wanted.
     *
     * @param key     the age identity that opens it, or null
     * @param signers the service's public signing keys, kept elsewhere; empty to check with the one in it, which shows
     *                damage but not who made it
     * @param into    an empty directory, for what is wanted, for the trail and the public key
     * @param wanted  by path
     * @throws BackupException if it is damaged, sealed, no backup, or of a newer release
     */
    static Manifest read(
            Path archive, @Nullable Path key, List<Path> signers, Path into, Predicate<String> wanted, Clock clock)
            throws BackupException, IOException {
        List<Manifest.File> found = new ArrayList<>();
        byte[] manifest = null;
        String signature = null;
        try (InputStream in = opened(archive, key);
                ZipInputStream zip = new ZipInputStream(in)) {
            Set<String> names = new HashSet<>();
            for (ZipEntry entry = next(zip); entry != null; entry = next(zip)) {
                String name = entry.getName();
                if (!names.add(name) || signature != null) {
                    throw damaged(archive, "it holds " + name(name) + " twice, or behind its end");
                }
                if (name.equals(Manifest.NAME)) {
                    manifest = zip.readNBytes(LONGEST_MANIFEST + 1);
                } else if (name.equals(Manifest.SIGNATURE)) {
                    signature = new String(zip.readNBytes(LONGEST_SIGNATURE), StandardCharsets.US_ASCII);
                } else {
                    boolean write = name.startsWith(TRAIL + "/") || name.equals(PUBLIC_KEY) || wanted.test(name);
                    found.add(extract(zip, name, write ? place(archive, into, name) : null));
                }
            }
            // An age seal says only at its end whether something was cut off.
            in.transferTo(OutputStream.nullOutputStream());
        } catch (ZipException e) {
            throw damaged(archive, "it is no whole ZIP archive");
        } catch (EOFException e) {
            throw damaged(archive, "its end is missing");
        } catch (IOException e) {
            if ("SEAL_ALTERED".equals(e.getMessage())) {
                throw damaged(archive, "its seal does not hold: it was altered, or its end is missing");
            }
            throw e;
        }
        if (manifest == null || signature == null) {
            throw damaged(archive, "its end is missing, or it is no backup");
        }
        Manifest read = manifest.length > LONGEST_MANIFEST
                ? null
                : ControlJson.read(manifest, Manifest.class).orElse(null);
        if (read == null) {
            throw unreadable(archive, manifest);
        }
        demandReadable(read);
        demandFiles(archive, read, found);
        demandSigned(archive, read, manifest, signature, signers(signers, into), into, clock);
        return read;
    }

    /** A manifest of a newer form may have fields that this release does not know. */
    private static BackupException unreadable(Path archive, byte[] manifest) {
        Matcher format = Pattern.compile("\"format\":(\\d{1,9}),.{0,80}?\"product\":\"([^\"]{1,60})\"")
                .matcher(new String(manifest, StandardCharsets.UTF_8));
        return format.find() && Integer.parseInt(format.group(1)) > Manifest.FORMAT
                ? newer("backup format " + format.group(1), format.group(2), Manifest.FORMAT)
                : damaged(archive, "its manifest is not readable");
    }

    private static void demandReadable(Manifest manifest) throws BackupException {
        if (manifest.format() > Manifest.FORMAT) {
            throw newer("backup format " + manifest.format(), manifest.product(), Manifest.FORMAT);
        }
        if (manifest.dataFormat() > DataFormat.NEWEST) {
            throw newer("data format " + manifest.dataFormat(), manifest.product(), DataFormat.NEWEST);
        }
    }

    private static BackupException newer(String what, String product, int newest) {
        return new BackupException(DataFormat.newer(what, product, newest));
    }

    private static InputStream opened(Path archive, @Nullable Path key) throws IOException, BackupException {
        InputStream in = new BufferedInputStream(Files.newInputStream(archive), 64 * 1024);
        try {
            in.mark(START);
            boolean sealed = SealedStream.isSealed(in.readNBytes(START));
            in.reset();
            if (!sealed) {
                // Only its directory, which streams do not read, shows that the very end is there; a seal has an end of
                // its own.
                new ZipFile(archive.toFile()).close();
                return in;
            }
            if (key == null) {
                throw new BackupException(
                        "BACKUP_SEALED", archive + " is sealed: name the file of the age identity with --key");
            }
            return SealedStream.from(in, key);
        } catch (KeyLoadException e) {
            in.close();
            throw new BackupException("BACKUP_KEY", String.valueOf(e.getMessage()));
        } catch (NotOpenedException e) {
            in.close();
            throw new BackupException(
                    "BACKUP_KEY",
                    archive + " is sealed for another key than the one given, or is damaged at its beginning");
        } catch (BackupException | IOException e) {
            in.close();
            throw e;
        }
    }

    private static @Nullable ZipEntry next(ZipInputStream zip) throws IOException {
        try {
            return zip.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw new ZipException("name");
        }
    }

    private static Manifest.File extract(InputStream in, String name, @Nullable Path to) throws IOException {
        MessageDigest digest = sha256();
        long size;
        if (to == null) {
            size = in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        } else {
            Files.createDirectories(to.getParent(), DurableFile.ownerOnlyDirectory(to));
            Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(to, fresh, DurableFile.ownerOnly(to))) {
                size = in.transferTo(new DigestOutputStream(Channels.newOutputStream(channel), digest));
                channel.force(true);
            }
        }
        return new Manifest.File(name, size, HexFormat.of().formatHex(digest.digest()));
    }

    /** Below the directory, whatever the archive says. */
    private static Path place(Path archive, Path into, String name) throws BackupException {
        Path place = into;
        try {
            for (String part : name.split("/", -1)) {
                place = DurableFile.inside(place, part);
            }
        } catch (IllegalArgumentException e) {
            throw damaged(archive, "it holds a file with a name that no backup has: " + name(name));
        }
        return place;
    }

    private static void demandFiles(Path archive, Manifest manifest, List<Manifest.File> found) throws BackupException {
        Set<Manifest.File> named = new HashSet<>(manifest.files());
        for (Manifest.File file : found) {
            if (!named.remove(file)) {
                throw damaged(archive, name(file.path()) + " is not what its manifest says");
            }
        }
        if (!named.isEmpty()) {
            throw damaged(archive, name(named.iterator().next().path()) + " is missing");
        }
    }

    private static List<Path> signers(List<Path> given, Path into) {
        return given.isEmpty() ? List.of(into.resolve(PUBLIC_KEY)) : given;
    }

    /** The signature over the manifest, and the trail's own chain, checkpoints and last record. */
    private static void demandSigned(
            Path archive, Manifest manifest, byte[] bytes, String signature, List<Path> signers, Path into, Clock clock)
            throws BackupException, IOException {
        StatementVerifier keys;
        try {
            keys = StatementVerifier.load(signers, clock);
        } catch (KeyLoadException e) {
            throw new BackupException("BACKUP_SIGNER", String.valueOf(e.getMessage()));
        }
        try {
            SignedFiles signed = keys.verifyFiles(signature);
            if (!SignedFiles.hash(bytes).equals(signed.hashes().get(Manifest.NAME))) {
                throw damaged(archive, "its manifest is not the one that was signed");
            }
        } catch (UnverifiedException e) {
            throw new BackupException(
                    "BACKUP_SIGNER",
                    archive + " is not signed by the service whose key was given: name its signing.pub.jwk, as it was"
                            + " then, with --signer");
        }
        Finding finding = AuditVerifier.verify(into.resolve(TRAIL));
        if (finding.damage() != null) {
            throw damaged(
                    archive, "its audit trail is damaged, " + finding.damage().getMessage());
        }
        if (finding.records() != manifest.position()
                || manifest.position() > 0 && !manifest.head().equals(finding.hash())) {
            throw damaged(archive, "its audit trail does not end where its manifest says");
        }
    }

    private static BackupException damaged(Path archive, String how) {
        return new BackupException(
                "BACKUP_DAMAGED", archive + ": " + how + "; nothing of it was used, take another one");
    }

    /** Names in a damaged archive may be anything. */
    private static String name(String name) {
        String safe = name.replaceAll("[^A-Za-z0-9._/@+-]", "?");
        return safe.substring(0, Math.min(safe.length(), 120));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes a directory of ours and what is in it. */
    static void remove(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }
}
