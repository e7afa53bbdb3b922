package dev.passcourier.backup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsMapper;
import dev.passcourier.vault.ServiceKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of a data directory that an archive in clear must not hold: the service's own keys, and whatever the settings name
 * as a file, key rings and secrets above all. They are known by what they are, so that no link leads past this.
 */
final class SecretFiles {

    /** Public halves of the signing key, which lie beside it. */
    private static final List<String> PUBLIC = List.of(".pub.jwk", ".crt.pem", ".pub.asc");

    private final Set<Path> places = new HashSet<>();
    private final Set<Object> files = new HashSet<>();
    private final @Nullable Path keys;

    private SecretFiles(@Nullable Path keys) {
        this.keys = keys;
    }

    /**
     * Those of a data directory.
     *
     * @param keys the folder in it that holds the service's own keys, earlier ones included
     */
    static SecretFiles of(Settings settings, Path keys) throws IOException {
        SecretFiles all = new SecretFiles(real(keys));
        settings.keyRings().values().forEach(ring -> ring.keys().forEach(key -> all.places.add(key.path())));
        for (Path place : List.copyOf(all.places)) {
            Path real = real(place);
            if (real != null) {
                all.places.add(real);
            }
            all.addFile(place);
        }
        all.addNamed(SettingsMapper.tree(settings));
        Settings.Service service = settings.service();
        for (Path own : ServiceKeys.secretFiles(service.signingKey(), service.atRestKey())) {
            all.addFile(own);
        }
        return all;
    }

    private void addNamed(JsonNode value) throws IOException {
        for (JsonNode part : value) {
            addNamed(part);
        }
        if (value.isTextual()) {
            Path file = file(value.textValue());
            if (file != null) {
                addFile(file);
            }
        }
    }

    private static @Nullable Path file(String text) {
        try {
            return text.startsWith("{{") ? new SecretRef(text).file() : absolute(Path.of(text));
        } catch (IllegalArgumentException neither) {
            return null;
        }
    }

    private static @Nullable Path absolute(Path path) {
        return path.isAbsolute() ? path : null;
    }

    private void addFile(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                files.add(attributes.fileKey() == null ? file.toRealPath() : attributes.fileKey());
            }
        } catch (NoSuchFileException notThere) {
            // Then it cannot be copied.
        }
    }

    /** Whether it is one of them. */
    boolean has(Path file) throws IOException {
        Path real = real(file);
        if (real == null) {
            return false;
        }
        Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
        return files.contains(key == null ? real : key)
                || places.stream().anyMatch(real::startsWith)
                || keys != null && real.startsWith(keys) && PUBLIC.stream().noneMatch(real.toString()::endsWith);
    }

    private static @Nullable Path real(Path path) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException notThere) {
            return null;
        }
    }
}
