package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.structure.RouteFile.Flow;
import dev.passcourier.structure.RouteFile.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How route files look. Each rule closes a way by which a secret or a message could be lost; its message says which. */
class RouteFilesTest {

    private static final int MOST_STEPS = 12;

    private static final List<RouteFile> FILES = RouteFile.all();
    private static final List<Flow> FLOWS =
            FILES.stream().flatMap(file -> file.flows().stream()).toList();

    /** The only words a step may begin with, and what may be said to each. */
    private static final Map<String, Set<String>> WORDS = Map.of(
            "process", Set.of("id", "description", "ref"),
            "to", Set.of("id", "description", "uri", "parameters"),
            "filter", Set.of("id", "description", "simple", "steps"),
            "loop", Set.of("id", "description", "simple", "doWhile", "steps"),
            "split", Set.of("id", "description", "simple", "stopOnException", "steps"),
            "doTry", Set.of("id", "description", "steps", "doCatch"),
            "doCatch", Set.of("id", "description", "exception", "steps"),
            "setVariable", Set.of("id", "description", "name", "simple"),
            "setProperty", Set.of("id", "description", "name", "constant"));

    /** Words that invite, and what to do instead. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            Map.entry("toD", "addresses come from the configuration only: use a template parameter"),
            Map.entry(
                    "recipientList",
                    "addresses come from the configuration only: end with outbound messages for direct:hand-on"),
            Map.entry(
                    "routingSlip",
                    "addresses come from the configuration only: end with outbound messages for direct:hand-on"),
            Map.entry(
                    "dynamicRouter",
                    "addresses come from the configuration only: end with outbound messages for direct:hand-on"),
            Map.entry(
                    "poll", "what comes in comes in by a consumer, in its transaction: write a route that consumes it"),
            Map.entry("pollEnrich", "what comes in comes in by a consumer, in its transaction: write a route for it"),
            Map.entry("enrich", "headers would travel along: set a request-line and send it to direct:call"),
            Map.entry("wireTap", "copies leave the transaction: audit inside a step, before the act"),
            Map.entry("multicast", "copies share what they must not: end with one outbound message per receiver"),
            Map.entry("threads", "another thread leaves the transaction: raise the consumer's concurrency"),
            Map.entry("delay", "a delayed thread holds a transaction: send an outbound message with a delay"),
            Map.entry("throttle", "rates are paid before a message is taken: set the account's rate"),
            Map.entry("idempotentConsumer", "the ledger knows what was asked: CheckRequestStep asks it"),
            Map.entry("aggregate", "nothing waits in memory: send an outboundMessage, or let the ledger count"),
            Map.entry("resequence", "nothing waits in memory: do without an order"),
            Map.entry("onException", "the transaction rolls back by itself: catch what is expected with doTry"),
            Map.entry("onCompletion", "it runs outside of the transaction: make it a step"),
            Map.entry("circuitBreaker", "AccountGate is the breaker: tell it what happened"),
            Map.entry("log", "bodies and headers hold secrets: log a code in a Java step"),
            Map.entry("script", "decisions have tests: write a Processor and refer to it"),
            Map.entry("choice", "decisions have tests: write a Processor and refer to it"),
            Map.entry("setBody", "bytes have tests: write a Processor and refer to it"),
            Map.entry(
                    "setHeader", "headers reach the wire: ExactHeaders sends what HttpCallStep set, and nothing else"),
            Map.entry("bean", "write a Processor and use process"),
            Map.entry("marshal", "formats have tests: write a Processor and refer to it"),
            Map.entry("unmarshal", "formats have tests: write a Processor and refer to it"));

    /** The only expressions in the simple language; anything with more to it is a Java step. */
    private static final Set<String> SIMPLE = Set.of(
            "${variable.attempt.open}", "${variable.attempt.further}", "${body} != null", "${body}", "${exception}");

    /**
     * The only other expression: what a cloud is asked. Each segment of its path and each value of its query is a word, a
     * template parameter or a variable, and nothing beside it. SignInStep and Attempt encode variables as one segment, the
     * simple language does not look into what it has put in, and RequestLine refuses what is not encoded: so no id leaves
     * its place.
     */
    private static final Pattern REQUEST_LINE = requestLine();

    private static Pattern requestLine() {
        String one = "(?:(?!\\.)[A-Za-z0-9._~-]+|\\{\\{[a-z-]+}}|\\$\\{variable\\.[a-z][A-Za-z]*})";
        String pair = "[A-Za-z0-9._~-]+=" + one;
        return Pattern.compile("(?:GET|POST|PUT|DELETE) (?:/|(?:/" + one + ")+)(?:\\?" + pair + "(?:&" + pair + ")*)?");
    }

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");
    private static final Pattern LOCAL_BEAN = Pattern.compile("#?\\{\\{([a-z-]+)}}");
    private static final Pattern ONE_PARAMETER = Pattern.compile("\\{\\{[A-Za-z-]+}}");
    private static final Pattern PARAMETERS_ONLY = Pattern.compile("\\{\\{[A-Za-z-]+}}(:\\{\\{[A-Za-z-]+}})*");
    private static final Pattern INNER = Pattern.compile("direct:[A-Za-z.{}-]+|broker:queue:[A-Za-z.{}-]+");
    private static final Pattern CONSUMED =
            Pattern.compile("(direct|broker:queue|requests-broker:queue|timer|quartz|file):[A-Za-z./{}-]+(:\\d+)?");
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern SECRET_WORD =
            Pattern.compile("(?i)pass(word|phrase)|secret|token|credential|access-?key|private|user(name)?$|RAW\\(");
    private static final Pattern LOGIN_IN_URI = Pattern.compile("//[^/\\s]*@");

    @Test
    void aFileHasTheNameOfItsFirstRoute() {
        assertThat(FILES).isNotEmpty().allSatisfy(file -> {
            assertThat(file.path().toString()).as("routes are *.camel.yaml").endsWith(".camel.yaml");
            assertThat(file.flows().get(0).id())
                    .as("%s: whoever reads an id in a log must find its file", file.path())
                    .isEqualTo(file.expectedId());
        });
    }

    @Test
    void aFileHoldsRoutesAndTemplatesOnly() {
        assertThat(FILES).allSatisfy(file -> {
            for (JsonNode entry : file.tree()) {
                entry.fieldNames().forEachRemaining(word -> assertThat(word)
                        .as("%s: beans, REST and error handling belong into Java", file.path())
                        .isIn("route", "routeTemplate", "routeConfiguration"));
            }
        });
    }

    @Test
    void everyRouteHasAnIdAndADescription() {
        List<String> offences = new ArrayList<>();
        for (Flow flow : FLOWS) {
            if (!ID.matcher(flow.id()).matches()
                    || !flow.route().path("id").asText().equals(flow.id())) {
                offences.add(where(flow) + "the template and its route need one id, in kebab case");
            }
            if (!flow.route().path("description").asText().endsWith(".")) {
                offences.add(where(flow) + "needs a description: one sentence for the operator");
            }
        }
        assertThat(offences).isEmpty();
    }

    @Test
    void everyStepHasAnIdOfItsOwn() {
        Map<String, String> seen = new HashMap<>();
        List<String> offences = new ArrayList<>();
        for (Flow flow : FLOWS) {
            ids(flow).forEach(id -> {
                if (!ID.matcher(id).matches()) {
                    offences.add(where(flow) + "'" + id + "' is no id: every from and step needs one, in kebab case");
                }
                String other = seen.put(id, flow.id());
                if (other != null) {
                    offences.add(where(flow) + "id '" + id + "' is also in " + other + ": Camel's log names it");
                }
            });
        }
        assertThat(offences).isEmpty();
    }

    @Test
    void stepsUseTheAgreedWordsOnly() {
        assertThat(offences((flow, step) -> Optional.of(step.word())
                        .filter(word -> !WORDS.containsKey(word))
                        .map(word -> word + ": "
                                + INSTEAD.getOrDefault(word, "anything with an 'if' or bytes is a Processor"))))
                .as("steps that begin with none of %s", new TreeSet<>(WORDS.keySet()))
                .isEmpty();
    }

    @Test
    void nothingElseIsSaidToAStep() {
        assertThat(offences((flow, step) -> beyond(step.body(), WORDS.getOrDefault(step.word(), Set.of()))
                        .filter(key -> WORDS.containsKey(step.word()))
                        .map(key -> step.word() + "." + key
                                + ": a hop is one transaction of one thread, in the simple language; for more, write a"
                                + " Processor")))
                .isEmpty();
    }

    @Test
    void nothingElseIsSaidToARoute() {
        assertThat(FLOWS).allSatisfy(flow -> {
            String as = where(flow) + "error handling, transactions and switches are the same for all: see hand-on";
            assertThat(beyond(flow.route(), Set.of("id", "description", "from")))
                    .as(as)
                    .isEmpty();
            assertThat(beyond(flow.from(), Set.of("id", "description", "uri", "parameters", "steps")))
                    .as(as)
                    .isEmpty();
            assertThat(beyond(flow.template(), Set.of("id", "description", "parameters", "route")))
                    .as(as)
                    .isEmpty();
        });
    }

    @Test
    void onlyTheBrokerHandlesWhatFails() {
        List<JsonNode> configurations =
                FILES.stream().flatMap(file -> file.configurations().stream()).toList();

        assertThat(configurations)
                .as("one routeConfiguration for all routes: a failure rolls the message back")
                .hasSize(1);
        assertThat(configurations.get(0).toString()).isEqualTo("{\"errorHandler\":{\"noErrorHandler\":{}}}");
    }

    @Test
    void expressionsAreFewAndKnown() {
        assertThat(offences((flow, step) -> isRequestLine(step)
                        ? Optional.empty()
                        : expression(step, "simple").filter(text -> !SIMPLE.contains(text))))
                .as("expressions in simple that are none of %s: decisions have tests: write a Processor", SIMPLE)
                .isEmpty();
        assertThat(offences((flow, step) -> expression(step, "constant")
                        .filter(text -> !ONE_PARAMETER.matcher(text).matches())))
                .as("constants that are no template parameter: write a Processor")
                .isEmpty();
    }

    @Test
    void aRequestLineHasItsOneFormAndIsSentByTheNextStep() {
        assertThat(offences((flow, step) -> expression(step, "simple")
                        .filter(text -> isRequestLine(step))
                        .filter(text -> !REQUEST_LINE.matcher(text).matches())))
                .as("request lines that are not 'GET /word/{{parameter}}/${variable.name}': what comes from a request"
                        + " must stay in its segment")
                .isEmpty();
        for (Flow flow : FLOWS) {
            List<Step> steps = flow.steps();
            for (int i = 0; i < steps.size(); i++) {
                if (isRequestLine(steps.get(i))) {
                    assertThat(steps.get(i + 1).uri())
                            .as("%swhoever reads what is asked must see where", where(flow))
                            .isEqualTo("direct:call.{{account}}");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/${body}",
                "GET /v1/${header.id}",
                "GET /v1/${variable.instance}x",
                "GET /v1/x${variable.instance}/y",
                "GET /v1/${variable.attempt.work}",
                "GET /v1/${bean:x}",
                "GET ${variable.path}",
                "${variable.method} /v1",
                "GET /v1/../admin",
                "GET /v1/.",
                "GET /v1//x",
                "GET http://elsewhere/v1",
                "GET //elsewhere/v1",
                "GET /v1?${variable.query}",
                "GET /v1?name=${variable.name}&",
                "GET /v1#x",
                "GET /v1/{{a}}{{b}}",
                "CONNECT /v1",
                "GET /v1 HTTP/1.1",
                "GET /v1\r\nX: y"
            })
    void noOtherFormOfRequestLineIsAllowed(String line) {
        assertThat(line).doesNotMatch(REQUEST_LINE);
    }

    private static boolean isRequestLine(Step step) {
        return step.word().equals("setVariable")
                && step.body().path("name").asText().equals("request-line");
    }

    @Test
    void routesConsumeFromKnownPlacesOnly() {
        assertThat(FLOWS).allSatisfy(flow -> assertThat(flow.from().path("uri").asText())
                .as("%sconsumes from our broker, a direct: name, or an edge we know", where(flow))
                .matches(CONSUMED));
    }

    @Test
    void everyHopBeginsWithItsArrivalAndEndsByHandingOn() {
        List<Flow> hops = FLOWS.stream()
                .filter(flow -> flow.from().path("uri").asText().startsWith("broker:"))
                .toList();

        assertThat(hops).isNotEmpty().allSatisfy(flow -> {
            List<Step> path = flow.path();
            assertThat(path.get(0).body().path("ref").asText())
                    .as("%sfirst step: headers and poison of strangers end there", where(flow))
                    .isEqualTo("arrival");
            assertThat(path.get(path.size() - 1).uri())
                    .as("%slast step: what is to come is sent in the same transaction", where(flow))
                    .isEqualTo("direct:hand-on");
        });
    }

    @Test
    void requestsFromAnotherBrokerAreMovedAndNothingElse() {
        assertThat(FLOWS.stream()
                        .filter(flow -> flow.from().path("uri").asText().startsWith("requests-broker:"))
                        .map(flow -> flow.path().stream()
                                .map(step -> step.body().path("ref").asText())
                                .toList()))
                .containsOnly(List.of("requests-arrival", "foreign-requests"));
    }

    @Test
    void addressesComeFromTheConfiguration() {
        assertThat(offences((flow, step) -> Optional.of(step)
                        .filter(sender -> sender.word().equals("to"))
                        .map(Step::uri)
                        .filter(uri -> !INNER.matcher(uri).matches()
                                && !PARAMETERS_ONLY.matcher(uri).matches())))
                .as("addresses: use direct:, broker:queue: or template parameters, and nothing else")
                .isEmpty();
    }

    @Test
    void httpCallsCarryWhatWasSetForThemAndNothingElse() {
        Map<String, String> demanded = new TreeMap<>(Map.of(
                "throwExceptionOnFailure", "false",
                "copyHeaders", "false",
                "followRedirects", "false",
                "headerFilterStrategy", "#exact-headers"));
        List<Step> calls = FLOWS.stream()
                .flatMap(flow -> flow.steps().stream())
                .filter(step -> step.word().equals("to")
                        && ONE_PARAMETER.matcher(step.uri()).matches())
                .toList();

        assertThat(calls).isNotEmpty().allSatisfy(call -> {
            JsonNode parameters = call.body().path("parameters");
            demanded.forEach((key, value) -> assertThat(parameters.path(key).asText())
                    .as("%s: %s", call.id(), key)
                    .isEqualTo(value));
            assertThat(parameters.path("httpClientConfigurer").asText())
                    .as("%s: the client with our limits and trust", call.id())
                    .matches("#\\{\\{client}}|#\\{\\{[a-z-]+}}-[a-z-]*client");
        });
    }

    @Test
    void everyAnswerIsReadInTheNextStep() {
        List<Flow> callers = FLOWS.stream()
                .filter(flow -> flow.steps().stream()
                        .anyMatch(step -> step.body().path("ref").asText().equals("{{authorize}}")))
                .toList();

        assertThat(callers).isNotEmpty().allSatisfy(flow -> {
            assertThat(flow.path().stream().map(Step::word))
                    .as("%swhatever came of the call, the same step takes it", where(flow))
                    .containsExactly("doTry", "process");
            assertThat(flow.path().get(1).body().path("ref").asText())
                    .as("%sthe answer may be in clear: bound it and take it at once", where(flow))
                    .isEqualTo("{{reply}}");
            assertThat(flow.steps().stream().map(Step::word).limit(3))
                    .as("%snothing comes between a call and its reply", where(flow))
                    .containsExactly("doTry", "process", "to");
        });
    }

    @Test
    void templatesUseWhatTheyDeclareAndDeclareWhatTheyUse() {
        assertThat(FLOWS).allSatisfy(flow -> {
            Set<String> used = placeholders(flow).stream()
                    .filter(name -> !name.startsWith("passcourier."))
                    .filter(name -> !beans(flow).contains(name))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(used).as("%sparameters", where(flow)).isEqualTo(flow.parameters());
        });
    }

    @Test
    void onlyRoutesWithoutATemplateReadProperties() {
        assertThat(FLOWS).allSatisfy(flow -> assertThat(placeholders(flow))
                .as("%sproperties are ours, and known at the start", where(flow))
                .allMatch(name -> flow.template().isMissingNode() == name.startsWith("passcourier.")));
    }

    @Test
    void noSecretIsNearARoute() {
        List<String> offences = new ArrayList<>();
        for (Flow flow : FLOWS) {
            walk(flow.from(), (key, value) -> {
                boolean isReference = value.matches("#[{}A-Za-z-]+|\\{\\{[A-Za-z-]+}}");
                if (LOGIN_IN_URI.matcher(value).find()
                        || SECRET_WORD.matcher(key).find()
                        || !isReference && value.contains("RAW(")) {
                    offences.add(where(flow) + key + ": URIs are logged: bind a client, a session or a login by name");
                }
            });
        }
        assertThat(offences).isEmpty();
    }

    @Test
    void routesFitOnAScreen() {
        assertThat(FLOWS).allSatisfy(flow -> assertThat(flow.steps())
                .as("%ssteps: an operator reads a route at one glance; a second route, or a Processor", where(flow))
                .hasSizeBetween(1, MOST_STEPS));
    }

    @Test
    void everyCatchIsForEverything() {
        assertThat(offences((flow, step) -> Optional.of(step)
                        .filter(caught -> caught.word().equals("doCatch"))
                        .map(caught -> caught.body().path("exception").toString())
                        .filter(exceptions -> !exceptions.equals("[\"java.lang.Exception\"]"))))
                .as("catch java.lang.Exception: what escapes a call rolls back and is asked again at once")
                .isEmpty();
    }

    private static List<String> offences(BiFunction<Flow, Step, Optional<String>> rule) {
        return FLOWS.stream()
                .flatMap(flow -> flow.steps().stream()
                        .flatMap(step ->
                                rule
                                        .apply(flow, step)
                                        .map(offence -> where(flow) + step.id() + ": " + offence)
                                        .stream()))
                .toList();
    }

    private static String where(Flow flow) {
        return flow + ": ";
    }

    private static Stream<String> ids(Flow flow) {
        return Stream.concat(
                Stream.of(flow.from().path("id").asText()),
                flow.steps().stream().map(Step::id));
    }

    private static Set<String> placeholders(Flow flow) {
        Set<String> names = new TreeSet<>();
        walk(flow.from(), (key, value) -> PLACEHOLDER
                .matcher(value)
                .results()
                .map((MatchResult match) -> match.group(1).replaceFirst(":.*", ""))
                .forEach(names::add));
        return names;
    }

    /** Names of the beans that each instance of the template is given. */
    private static Set<String> beans(Flow flow) {
        Set<String> names = new TreeSet<>();
        walk(flow.from(), (key, value) -> {
            Matcher bean = LOCAL_BEAN.matcher(value);
            if (bean.matches() && (value.startsWith("#") || key.equals("ref"))) {
                names.add(bean.group(1));
            }
        });
        return names;
    }

    /** Visits every text with the name of its field. */
    private static void walk(JsonNode node, BiConsumer<String, String> visitor) {
        walk("", node, visitor);
    }

    private static void walk(String key, JsonNode node, BiConsumer<String, String> visitor) {
        visitor.accept(key, node.isValueNode() ? node.asText() : "");
        node.properties().forEach(field -> walk(field.getKey(), field.getValue(), visitor));
        if (node.isArray()) {
            node.forEach(item -> walk(key, item, visitor));
        }
    }

    private static Optional<String> expression(Step step, String language) {
        JsonNode value = step.body().path(language);
        return value.isMissingNode()
                ? Optional.empty()
                : Optional.of(value.isObject() ? value.path("expression").asText() : value.asText());
    }

    /** The first field that is not among the allowed; a scalar instead of fields is beyond as well. */
    private static Optional<String> beyond(JsonNode node, Set<String> allowed) {
        if (!node.isObject()) {
            return node.isMissingNode() ? Optional.empty() : Optional.of(node.toString());
        }
        return node.properties().stream()
                .map(Map.Entry::getKey)
                .filter(key -> !allowed.contains(key))
                .findFirst();
    }
}
