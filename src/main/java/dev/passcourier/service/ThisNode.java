package dev.passcourier.service;

import dev.passcourier.config.Settings;
import dev.passcourier.ledger.NodeRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this node says of itself to the others on the same ledger. */
public final class ThisNode {

    private ThisNode() {}

    /** With these settings. */
    static NodeRegistry.Self of(Path home, Settings settings) {
        return new NodeRegistry.Self(hostName(), version(), common(home, settings));
    }

    /** The program's version. */
    public static String version() {
        String version = ThisNode.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /**
     * A hash of what all nodes should have in common: accounts, recipients, destinations, schedules, reports and policy,
     * with secrets as references, and paths as they are below the home. Nobody guesses a secret by it.
     */
    public static String common(Path home, Settings settings) {
        String text = Stream.of(
                        sorted(settings.accounts()),
                        sorted(settings.recipients()),
                        sorted(settings.destinations()),
                        sorted(settings.schedules()),
                        sorted(settings.reports()),
                        settings.policy().rules().toString(),
                        sorted(settings.policy().signers()),
                        settings.policy().signed().toString())
                .collect(Collectors.joining("\n"))
                .replace(home + "/", "");
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(hash, 4));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static String sorted(Map<String, ?> part) {
        return List.copyOf(new TreeMap<>(part).entrySet()).toString();
    }
}
