package dev.passcourier.service;

import dev.passcourier.broker.BrokerComponent;
import dev.passcourier.broker.Gate;
import dev.passcourier.broker.GatedContainers;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Finding;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import dev.passcourier.delivery.SinkFactory;
import dev.passcourier.fetch.CloudAccount;
import dev.passcourier.fetch.FetchStage;
import dev.passcourier.host.HostCheck;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.retry.RetryTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.Processor;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.file.GenericFileFilter;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.http.HttpEndpointUriFactory;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainConfigurationPropertiesConfigurer;
import org.apache.camel.model.Model;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.PollingConsumerPollStrategy;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultPollingConsumerPollStrategy;
import org.apache.camel.support.PluginHelper;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Reads Camel's settings and the route files, and makes every route that the settings ask for, in a context of its own
 * in which none of them runs: no broker, database, cloud or directory is touched. The service's own steps are stood in
 * for by steps that do nothing.
 */
public final class RouteCheck {

    /** The routes that need no template. */
    private static final Set<String> ROUTES =
            new TreeSet<>(Set.of("intake", "hand-on", "dead-letter", "expired", "report", "request-submitted-source"));

    /** The steps that all routes share. {@code RunningContextTest} compares them with those of a running service. */
    static final Set<String> STEPS = new TreeSet<>(Set.of(
            "arrival",
            "check-request",
            "expired",
            "fetch-take",
            "foreign-requests",
            "outbound",
            "report-credentials",
            "report-hand-over",
            "requests-arrival",
            "run-schedule",
            "schedule-catch-up",
            "submitted-go-on",
            "take-batch-file"));

    /** What Camel says of the step that it could not make, and of the file of a route. */
    private static final Pattern STEP = Pattern.compile("at: >>> (.*?) <<< in route:", Pattern.DOTALL);

    private static final Pattern TEMPLATE = Pattern.compile("Cannot find RouteTemplate with id (\\S+)");

    /** Where a route begins, by the first word of its name. */
    private static final Pattern DIRECT = Pattern.compile("from:\\s+(?:id: *\\S+\\s+)?uri: *\"?direct:([A-Za-z0-9-]+)");

    private static final Pattern TYPE = Pattern.compile(" of type: [A-Za-z0-9_.$]+");
    private static final int LONGEST = 300;
    private static final Processor NOTHING = exchange -> {};

    private final Path home;
    private final Settings settings;
    private final Clock clock;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final StringBuilder unread = new StringBuilder();
    private boolean isPartial;

    private RouteCheck(Path home, Settings settings, Clock clock) {
        this.home = home;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Everything that is wrong with the files, each with its file and line, in Camel's own words.
     *
     * @param home the folder that holds {@code config} and {@code routes}
     */
    static List<Finding> of(Path home, Settings settings, Clock clock) {
        return of(home, settings, List.of(), clock);
    }

    /**
     * The same with further route files, each in the place of one with its name if there is one.
     *
     * @param home  the folder that holds {@code config} and {@code routes}
     * @param given files that are not, or not yet, in {@code routes}
     */
    public static List<Finding> of(Path home, Settings settings, List<Path> given, Clock clock) {
        RouteCheck check = new RouteCheck(home, settings, clock);
        Main main = CamelSetup.main(home, settings, CamelSetup.NO_ROUTES);
        main.addOverrideProperty("camel.main.autoStartup", "false");
        try {
            check.list();
            check.replace(given);
            main.init();
            CamelContext camel = main.getCamelContext();
            check.settings(camel, main);
            bind(camel);
            camel.setSourceLocationEnabled(true);
            camel.start();
            check.files.forEach(file -> check.load(camel, file));
            ProviderCatalog.templates(ProviderCatalog.find().values()).forEach(at -> check.load(camel, at));
            check.make(camel);
        } catch (ConfigurationException e) {
            check.say(e);
        } catch (Exception e) {
            check.findings.add(line(CamelSetup.settings(home) + ": " + key(e).orElseGet(() -> cause(e))));
        } finally {
            main.stop();
        }
        return check.findings;
    }

    private void settings(CamelContext camel, Main main) {
        try {
            HostCheck.ofCamel(camel, main.configure());
        } catch (ConfigurationException e) {
            say(e);
        }
    }

    private void say(ConfigurationException e) {
        e.getMessage().lines().forEach(line -> findings.add(line(line)));
    }

    /** Camel's own words hold the names of its classes. */
    private static Optional<String> key(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PropertyBindingException binding && binding.getPropertyName() != null) {
                String key = binding.getPropertyName();
                return Optional.of("camel.main." + key + ": Camel has no such key, or does not take its value; "
                        + Suggestion.near(
                                key,
                                new MainConfigurationPropertiesConfigurer()
                                        .getAllOptions(null)
                                        .keySet()));
            }
        }
        return Optional.empty();
    }

    private void list() throws ConfigurationException {
        for (Path folder : CamelSetup.folders(home)) {
            try (Stream<Path> inside = Files.list(folder)) {
                inside.filter(file -> file.getFileName().toString().endsWith(".camel.yaml"))
                        .sorted()
                        .forEach(files::add);
            } catch (IOException e) {
                throw new ConfigurationException(folder + ": cannot be read; run  chmod u+rx " + folder);
            }
        }
    }

    private void replace(List<Path> given) {
        for (Path file : given) {
            files.removeIf(shipped -> shipped.getFileName().equals(file.getFileName()));
            files.add(file.toAbsolutePath());
        }
    }

    private static void bind(CamelContext camel) {
        Registry registry = camel.getRegistry();
        STEPS.forEach(step -> registry.bind(step, NOTHING));
        registry.bind("drop-filter", (GenericFileFilter<Object>) file -> false);
        registry.bind("drop-poll", PollingConsumerPollStrategy.class, new DefaultPollingConsumerPollStrategy());
        ActiveMQConnectionFactory nobody = new ActiveMQConnectionFactory("vm://0");
        registry.bind("broker", BrokerComponent.on(nobody));
        registry.bind("requests-broker", BrokerComponent.on(nobody));
        CloudAccount.bindShared(registry);
    }

    private void load(CamelContext camel, Path file) {
        try {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(PluginHelper.getResourceLoader(camel).resolveResource("file:" + file));
        } catch (Exception e) {
            findings.add(mistake(camel, file, e));
            unread.append(file.getFileName()).append('\n').append(text(file));
        }
    }

    /** Of a provider in a jar. */
    private void load(CamelContext camel, String template) {
        Resource resource = PluginHelper.getResourceLoader(camel).resolveResource(template);
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
        } catch (Exception e) {
            findings.add(mistake(camel, Path.of(template.replaceFirst("^classpath:", "")), e));
            unread.append(text(resource));
        }
    }

    private static String text(Resource resource) {
        try (InputStream in = resource.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private void make(CamelContext camel) {
        Map<String, ProviderType> providers = ProviderCatalog.find();
        CallsInHand calls = new CallsInHand();
        GatedContainers containers = new GatedContainers(Gate.OPEN);
        settings.accounts().forEach((name, account) -> {
            attempt(camel, () -> new CloudAccount(
                            camel,
                            providers.get(account.provider()),
                            new AccountSettings(name, account.settings(), clock),
                            client -> {},
                            calls)
                    .addRoutes());
            attempt(camel, () -> FetchStage.route(
                            camel, name, account.concurrency(), containers, NOTHING, NOTHING, NOTHING)
                    .add());
        });
        settings.accounts().forEach((name, account) -> {
            if (account.afterDelivery() != Settings.AfterDelivery.KEEP) {
                attempt(camel, () -> FetchStage.clearRoute(camel, name, containers, NOTHING, NOTHING)
                        .add());
            }
        });
        SinkFactory sinks = new SinkFactory(
                event -> 0,
                clock,
                new RetryTable(new SecureRandom(), 1),
                (result, deliveryId) -> InputStream.nullInputStream(),
                GoneDestinations.none(),
                RestoredWork.none(),
                Gate.OPEN,
                settings.service().keepFailedWork(),
                calls,
                (uri, message) -> {});
        settings.destinations()
                .forEach((alias, destination) -> attempt(camel, () -> {
                    for (SinkFactory.NewRoute route : sinks.routes(camel, alias, destination)) {
                        route.make().add();
                    }
                }));
        Sources.routes(camel, settings).forEach(route -> attempt(camel, route::add));
        connections(camel);
    }

    private interface Making {
        void add() throws Exception;
    }

    /** The same mistake shows in every route that is made of a template. */
    private void attempt(CamelContext camel, Making making) {
        try {
            making.add();
        } catch (ConfigurationException e) {
            // About the settings or a file that they name: told where that is checked. What leads to it leads nowhere.
            isPartial = true;
        } catch (Exception e) {
            Finding found = mistake(camel, home.resolve("routes"), e);
            isPartial = true;
            if (!findings.contains(found) && !isOfAnUnreadFile(e)) {
                findings.add(found);
            }
        }
    }

    /** What such a file would have brought is missing, and its own finding says why. */
    private boolean isOfAnUnreadFile(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher template = TEMPLATE.matcher(String.valueOf(cause.getMessage()));
            if (template.matches()) {
                return names(template.group(1));
            }
        }
        return false;
    }

    /** Whether a file that could not be read has the word. */
    private boolean names(String word) {
        return whole(word).matcher(unread).find();
    }

    /** What Camel does not look at: whether there is a route behind each name, and whether each option is one. */
    private void connections(CamelContext camel) {
        for (String route : ROUTES) {
            if (camel.getRoute(route) == null && !names(route)) {
                findings.add(line(home.resolve("routes") + ": no file has the route '" + route
                        + "'; restore it from the release"));
            }
        }
        Set<String> begun = new TreeSet<>();
        camel.getRoutes().forEach(route -> begun.add(direct(route.getEndpoint())));
        // Of a cloud that signs every call, which never comes to this step of its sign-in route.
        settings.accounts().keySet().forEach(account -> begun.add("direct:call." + account + ".sign-in"));
        boolean isIncomplete = isPartial || !unread.isEmpty();
        Set<String> written = new TreeSet<>();
        for (Path file : files) {
            DIRECT.matcher(text(file)).results().forEach(found -> written.add(found.group(1)));
        }
        if (isIncomplete) {
            written.forEach(word -> begun.add("direct:" + word));
        }
        for (Endpoint endpoint : List.copyOf(camel.getEndpoints())) {
            if (endpoint instanceof DirectEndpoint && !begun.contains(direct(endpoint))) {
                String name = direct(endpoint);
                String word = name.substring("direct:".length()).replaceFirst("\\..*", "");
                if (isIncomplete && written.contains(word)) {
                    continue;
                }
                find(word, "no route begins at " + name, Suggestion.near(name, begun));
            }
            if (endpoint instanceof HttpEndpoint http && http.getHttpUri().getRawQuery() != null) {
                String option = http.getHttpUri().getRawQuery().replaceFirst("=.*", "");
                find(
                        option,
                        "'" + option + "' is no option of http",
                        Suggestion.forWord(option, new HttpEndpointUriFactory().propertyNames()));
            }
        }
    }

    /** As it is written in a route. */
    private static String direct(Endpoint endpoint) {
        return endpoint instanceof DirectEndpoint ? endpoint.getEndpointUri().replace("://", ":") : "";
    }

    /** Adds a finding at the first line that has the word. */
    private void find(String word, String message, String hint) {
        Finding found = place(word, message, hint).orElseGet(() -> line(home.resolve("routes") + ": " + message));
        if (!findings.contains(found)) {
            findings.add(found);
        }
    }

    private Optional<Finding> place(String word, String message, String hint) {
        Pattern whole = whole(word);
        for (Path file : files) {
            try {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    Matcher found = whole.matcher(lines.get(i));
                    if (found.find()) {
                        return Optional.of(at(file, i + 1, found.start() + 1, message, hint));
                    }
                }
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Pattern whole(String word) {
        return Pattern.compile("(?<![A-Za-z0-9-])" + Pattern.quote(word) + "(?![A-Za-z0-9-])");
    }

    private Finding mistake(CamelContext camel, Path file, Exception failure) {
        Finding broken = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException yaml
                    && yaml.getProblemMark().isPresent()) {
                Mark mark = yaml.getProblemMark().get();
                broken = at(file, mark.getLine() + 1, mark.getColumn() + 1, yaml.getProblem(), "");
            }
        }
        if (broken != null) {
            return broken;
        }
        Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        String hint = hint(camel, model, failure);
        return step(model, String.valueOf(failure.getMessage()))
                .map(OptionalIdentifiedDefinition::getId)
                .flatMap(id -> place(id, cause(failure), hint))
                .orElseGet(() -> line(file + ": " + cause(failure) + (hint.isEmpty() ? "" : "; " + hint)));
    }

    private static String hint(CamelContext camel, Model model, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoSuchBeanException missing && missing.getName() != null) {
                return Suggestion.forWord(
                        missing.getName(),
                        camel.getRegistry().findByTypeWithName(Processor.class).keySet());
            }
            Matcher template = TEMPLATE.matcher(String.valueOf(cause.getMessage()));
            if (template.matches()) {
                return Suggestion.forWord(
                        template.group(1),
                        model.getRouteTemplateDefinitions().stream()
                                .map(OptionalIdentifiedDefinition::getId)
                                .toList());
            }
        }
        return "";
    }

    /** The step or the beginning of a route that Camel could not make. */
    private static Optional<OptionalIdentifiedDefinition<?>> step(Model model, String message) {
        List<RouteDefinition> routes = new ArrayList<>(model.getRouteDefinitions());
        model.getRouteTemplateDefinitions().forEach(template -> routes.add(template.getRoute()));
        Matcher step = STEP.matcher(message);
        if (step.find()) {
            for (RouteDefinition route : routes) {
                for (ProcessorDefinition<?> output :
                        ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
                    if (output.toString().equals(step.group(1))) {
                        return Optional.of(output);
                    }
                }
            }
        }
        for (RouteDefinition route : routes) {
            if (route.getInput() != null
                    && route.getInput().getLocation() != null
                    && message.contains(route.getInput().getLocation())) {
                return Optional.of(route.getInput());
            }
        }
        return Optional.empty();
    }

    /**
     * The innermost words that are Camel's or its YAML reader's, in one line.
     *
     * @param failure thrown by Camel while it reads its settings or routes, which hold no secrets
     */
    public static String cause(Throwable failure) {
        String words = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TypeConversionException conversion) {
                words = "'" + conversion.getValue() + "' is no "
                        + conversion.getToType().getSimpleName();
                break;
            }
            boolean isTheirs = !cause.getClass().getName().startsWith("java.");
            if (cause.getMessage() != null && !cause.getMessage().isBlank() && (isTheirs || words == null)) {
                words = cause.getMessage();
            }
        }
        String line = words == null
                ? failure.getClass().getSimpleName()
                : words.lines().findFirst().orElse("");
        String plain =
                TYPE.matcher(line).replaceAll("").replaceAll("\\p{Cntrl}", " ").strip();
        return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
    }

    private static Finding at(Path file, int line, int column, String message, String hint) {
        return new Finding(Finding.Level.ERROR, file.toString(), line, column, "", message, hint);
    }

    /** What has no line. */
    static Finding line(String text) {
        return new Finding(Finding.Level.ERROR, "", 0, 0, "", text, "");
    }
}
