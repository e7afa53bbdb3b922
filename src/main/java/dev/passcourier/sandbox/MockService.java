package dev.passcourier.sandbox;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A pretend service: looks into the scripts, asks the protocol, and writes the calls down. */
final class MockService {

    /** Enough for whoever looks at calls, and no leak in a sandbox that runs for days. */
    private static final int REMEMBERED_CALLS = 10_000;

    private final Protocol protocol;
    private final Clock clock;
    private final Script script = new Script();
    private final Map<String, Script> instanceScripts = new ConcurrentHashMap<>();
    private final Deque<Call> calls = new ArrayDeque<>();
    private long count;

    MockService(Protocol protocol, Clock clock) {
        this.protocol = protocol;
        this.clock = clock;
    }

    Reply serve(Request request) {
        Reply reply =
                wrong(request).map(what -> what.instead(protocol, request)).orElseGet(() -> protocol.answer(request));
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

    private Optional<Misbehaviour> wrong(Request request) {
        String instance = protocol.instance(request);
        Script own = instance == null ? null : instanceScripts.get(instance);
        return Optional.ofNullable(own).flatMap(Script::take).or(script::take);
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
}
