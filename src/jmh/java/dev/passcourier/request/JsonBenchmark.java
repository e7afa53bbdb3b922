package dev.passcourier.request;

import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
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

/** The strict readers of requests and of clouds' answers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JsonBenchmark {

    private static final Signatures NOBODY = compact -> {
        throw new IllegalStateException("not signed");
    };

    private final byte[] request =
            "{\"id\":\"request-1\",\"account\":\"a0\",\"instance\":\"i-1\",\"deliverTo\":[\"out\"]}"
                    .getBytes(StandardCharsets.UTF_8);
    private final HttpReply reply = new HttpReply(
            200,
            Map.of("content-type", "application/json"),
            ("{\"password\":\"" + "QUJD".repeat(86) + "\"}").getBytes(StandardCharsets.UTF_8));

    @Benchmark
    public Object readRequest() throws RequestException {
        return Submission.open(request, NOBODY).request(Instant.EPOCH);
    }

    @Benchmark
    public Object readAnswer() {
        return JsonReply.of(reply).flatMap(json -> json.text("password"));
    }
}
