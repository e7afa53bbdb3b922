package dev.passcourier.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** Where the calls to one service arrive: looks into the scripts, counts, writes down, and asks the protocol. */
final class Desk {

    /** Enough for any test that looks at calls, and no leak in a sandbox that runs for days. */
    private static final int REMEMBERED_CALLS = 10_000;

    private static final int OVERSIZE = (1 << 20) + (1 << 16);

    private final Protocol protocol;
    private final Clock clock;
    private final RateLimit limit;
    private final Script script = new Script();
    private final Map<String, Script> instanceScripts = new ConcurrentHashMap<>();
    private final Deque<Call> calls = new ArrayDeque<>();
    private long count;

    Desk(Protocol protocol, Clock clock) {
        this.protocol = protocol;
        this.clock = clock;
        this.limit = new RateLimit(clock);
    }

    Reply serve(Request request) {
        Reply reply = reply(request);
        write(new Call(
                clock.instant(),
                request.method(),
                request.path(),
                request.query(),
                request.headers(),
                request.body(),
                reply.status()));
        return reply;
    }

    private void write(Call call) {
        synchronized (calls) {
            count++;
            calls.add(call);
            if (calls.size() > REMEMBERED_CALLS) {
                calls.remove();
            }
        }
    }

    private Reply reply(Request request) {
        String instance = protocol.instance(request);
        Script own = instance == null ? null : instanceScripts.get(instance);
        Optional<Misbehaviour> wrong = own == null ? Optional.empty() : own.take();
        if (wrong.isPresent()) {
            return misbehave(wrong.get(), own, request);
        }
        wrong = script.take();
        if (wrong.isPresent()) {
            return misbehave(wrong.get(), script, request);
        }
        return limit.admits() ? protocol.answer(request) : protocol.refuse(Fault.THROTTLED, request);
    }

    private Reply misbehave(Misbehaviour what, Script from, Request request) {
        if (what instanceof Misbehaviour.Documented documented) {
            return protocol.refuse(documented.fault(), request).with(documented.headers());
        }
        if (what instanceof Misbehaviour.Coded coded) {
            return protocol.error(coded.status(), coded.code(), coded.message(), request);
        }
        if (what instanceof Misbehaviour.Fixed fixed) {
            return Reply.of(fixed.status(), fixed.headers(), Digests.utf8(fixed.body()));
        }
        return bent((Misbehaviour.Bent) what, from, request);
    }

    private Reply bent(Misbehaviour.Bent how, Script from, Request request) {
        return switch (how) {
            case NONE -> protocol.answer(request);
            case SLOW ->
                from.hold() ? protocol.answer(request) : Reply.empty(503).with(Reply.Wire.DROPPED);
            case DROPPED -> Reply.empty(503).with(Reply.Wire.DROPPED);
            case TRUNCATED -> protocol.answer(request).with(Reply.Wire.TRUNCATED);
            case DRIPPING -> protocol.answer(request).with(Reply.Wire.DRIPPING);
            case WRONG_CONTENT_TYPE -> protocol.answer(request).with("Content-Type", "text/html");
            case OVERSIZED -> padded(protocol.answer(request));
            case COMPRESSED -> zipped(padded(protocol.answer(request)));
        };
    }

    private static Reply padded(Reply reply) {
        byte[] body = Arrays.copyOf(reply.body(), OVERSIZE);
        Arrays.fill(body, reply.body().length, OVERSIZE, (byte) ' ');
        return reply.with(body);
    }

    private static Reply zipped(Reply reply) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(reply.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reply.with(bytes.toByteArray()).with("Content-Encoding", "gzip");
    }

    Script script() {
        return script;
    }

    Script script(String instance) {
        return instanceScripts.computeIfAbsent(instance, id -> new Script());
    }

    List<Call> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    long callCount() {
        synchronized (calls) {
            return count;
        }
    }

    RateLimit limit() {
        return limit;
    }

    void close() {
        script.close();
        instanceScripts.values().forEach(Script::close);
    }
}
