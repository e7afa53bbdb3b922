package dev.passcourier.vault;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** A vault with keys of its own, recipients, and secrets to put in. */
public final class VaultBench {

    public static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    public static final Instant NOT_AFTER = NOW.plusSeconds(3600);
    public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    public static final ResultFacts FACTS =
            new ResultFacts("req-1", "huawei-ecs", "main", "i-0815", "password", "Administrator", NOW, NOT_AFTER);

    /** The test identity of age's own authors; {@code recipient.age} is its public half. */
    public static final String AGE_IDENTITY =
            "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0\n";

    private final Path directory;
    private final ServiceKeys keys;

    /** In an empty directory. */
    public VaultBench(Path directory) throws KeyLoadException {
        this.directory = directory;
        this.keys =
                ServiceKeys.loadOrCreate(directory.resolve("own/signing.jwk"), directory.resolve("own/at-rest.key"));
    }

    public ServiceKeys keys() {
        return keys;
    }

    /** The vault at {@link #NOW}. */
    public Vault vault() {
        return at(NOW);
    }

    Vault at(Instant now) {
        return new Vault(keys, Clock.fixed(now, ZoneOffset.UTC));
    }

    KeyRing ring(String... names) throws KeyLoadException {
        Path ring = directory.resolve("ring");
        ring.toFile().mkdirs();
        for (String name : names) {
            int bits = Integer.parseInt(name.substring(name.indexOf('-') + 1));
            TestKeys.file(ring.resolve(name + ".pem"), TestKeys.pkcs8(TestKeys.rsa(name, bits)));
        }
        return KeyRing.load("ring", List.of(new KeyRing.Source(ring, null)));
    }

    /** A recipient with that public key. */
    public RecipientKey recipient(PublicKey key) throws KeyLoadException {
        Path file = TestKeys.file(directory.resolve("recipient-" + key.hashCode() + ".pem"), TestKeys.pem(key));
        return RecipientKey.load(file, null, CLOCK);
    }

    /** A recipient of another format, whose public key lies among the test's resources. */
    public static RecipientKey recipient(SealFormat format, Path directory, String resource) throws Exception {
        try (InputStream in = VaultBench.class.getResourceAsStream(resource)) {
            String content = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            Path file = TestKeys.file(directory.resolve(resource), content);
            return RecipientKey.load(new Settings.Recipient(format, file, null, null), CLOCK);
        }
    }

    /** Seals a password in clear for one recipient. */
    public Sealed seal(String password, ResultFacts facts, RecipientKey recipient) throws VaultException {
        var target = new SealTarget("ops", recipient);
        return vault().seal(inClear(password), KeyRing.empty(), null, facts, List.of(target))
                .sealed()
                .get(0);
    }

    static LockedSecret.InClear inClear(String password) {
        String json = "{\"password\":\"" + password.replace("\n", "\\n") + "\"}";
        return new LockedSecret.InClear(json.getBytes(StandardCharsets.UTF_8), List.of(List.of("password")));
    }
}
