package dev.passcourier.vault;

import dev.passcourier.config.Settings.SealFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A result from its JSON to the sealed bytes, in each format. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SealBenchmark {

    @Param({"jwe-p256", "jwe-rsa2048", "cms", "openpgp", "age", "at-rest"})
    public String format;

    private Vault vault;
    private List<SealTarget> targets;

    @Setup
    public void readKeys() throws Exception {
        Path directory = Files.createTempDirectory("seal");
        VaultBench bench = new VaultBench(directory);
        vault = bench.vault();
        targets = List.of(new SealTarget("ops", recipient(bench, directory)));
    }

    private RecipientKey recipient(VaultBench bench, Path directory) throws Exception {
        return switch (format) {
            case "jwe-rsa2048" -> bench.recipient(TestKeys.rsa2048().getPublic());
            case "cms" -> VaultBench.recipient(SealFormat.CMS, directory, "recipient.crt");
            case "openpgp" -> VaultBench.recipient(SealFormat.OPENPGP, directory, "recipient.asc");
            case "age" -> VaultBench.recipient(SealFormat.AGE, directory, "recipient.age");
            case "at-rest" -> null;
            default -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                yield bench.recipient(generator.generateKeyPair().getPublic());
            }
        };
    }

    @Benchmark
    public Object seal() throws VaultException {
        return vault.seal(VaultBench.inClear("Benchmark-1!"), KeyRing.empty(), null, VaultBench.FACTS, targets);
    }
}
