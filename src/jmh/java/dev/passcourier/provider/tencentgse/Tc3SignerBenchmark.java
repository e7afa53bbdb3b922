package dev.passcourier.provider.tencentgse;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Tencent Cloud's signature of one call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Tc3SignerBenchmark {

    private final Tc3Signer signer = new Tc3Signer("gse");
    private final byte[] key = "benchmark-secret-key".getBytes(StandardCharsets.US_ASCII);
    private final byte[] body = "{\"InstanceId\":\"i-1\"}".getBytes(StandardCharsets.US_ASCII);
    private final Map<String, String> headers =
            Map.of("Content-Type", "application/json", "Host", "gse.tencentcloudapi.com");

    @Benchmark
    public Object sign() {
        return signer.authorization("AKID", key, Instant.EPOCH, headers, body);
    }
}
