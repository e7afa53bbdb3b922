package dev.passcourier.vault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.KeyAgreement;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** RSA and P-256 by the native library and by the Java runtime. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CryptoBenchmark {

    @Param({"native", "runtime"})
    public String by;

    private final byte[] text = new byte[900];
    private CryptoProvider provider;
    private List<HeldKey> keys;
    private byte[] ciphertext;
    private KeyPairGenerator generator;
    private KeyPair mine;
    private KeyPair theirs;
    private DeterministicEcdsa deterministic;

    @Setup
    public void makeKeys() throws Exception {
        Path directory = Files.createTempDirectory("crypto");
        provider = by.equals("native") ? CryptoProvider.best() : CryptoProvider.RUNTIME;
        VaultBench bench = new VaultBench(directory);
        keys = CryptoProviderTest.decryptedBy(provider, bench.ring("a-2048").candidates(null));
        ciphertext = Blocks.VALID.encryptedRaw(TestKeys.rsa("a-2048", 2048));
        generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        mine = generator.generateKeyPair();
        theirs = generator.generateKeyPair();
        deterministic = new DeterministicEcdsa(bench.keys().signing());
    }

    @Benchmark
    public Object openRsa2048() throws VaultException {
        try (Vault.Unlocked opened = RsaOpener.open(ciphertext, keys)) {
            return opened.key();
        }
    }

    @Benchmark
    public Object generateP256() {
        return generator.generateKeyPair();
    }

    @Benchmark
    public byte[] agreeP256() throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(mine.getPrivate());
        agreement.doPhase(theirs.getPublic(), true);
        return agreement.generateSecret();
    }

    @Benchmark
    public byte[] signEs256() throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(mine.getPrivate());
        signature.update(text);
        return signature.sign();
    }

    /** By Bouncy Castle whatever the provider: CMS and OpenPGP results, and our certificate. */
    @Benchmark
    public byte[] signDeterministically() throws Exception {
        var signer = deterministic.forCms();
        signer.getOutputStream().write(text);
        return signer.getSignature();
    }
}
