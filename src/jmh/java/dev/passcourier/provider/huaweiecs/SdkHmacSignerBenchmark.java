package dev.passcourier.provider.huaweiecs;

import dev.passcourier.config.SecretRef;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Huawei Cloud's signature of one call, the secret read afresh. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SdkHmacSignerBenchmark {

    private SdkHmacSigner signer;

    @Setup
    public void writeSecret() throws Exception {
        Path secret = Files.writeString(Files.createTempDirectory("signer").resolve("sk"), "benchmark-secret-key");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        signer = new SdkHmacSigner(
                new HuaweiSettings.AccessKey("AK", new SecretRef("{{file:" + secret + "}}"), null),
                URI.create("https://ecs.cn-north-4.myhuaweicloud.com"),
                Clock.systemUTC());
    }

    @Benchmark
    public Object sign() throws Exception {
        return signer.headers("GET", "/v1/p/cloudservers/i-1/os-server-password", new TreeMap<>(), null);
    }
}
