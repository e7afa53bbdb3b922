package dev.passcourier.extension;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.Finding;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * The routes of {@code routes/local}, in a Camel of their own that knows nothing of ours: no bean, no route, no component,
 * no setting. Two things pass between them, each through one method: requests, by the route {@value #REQUEST} that is put
 * beside theirs, and what is sealed for a destination, by {@link #send}.
 */
public final class LocalRoutes implements AutoCloseable {

    /** The route that takes requests: {@code direct:} and this name. */
    static final String REQUEST = "passcourier-request";

    private static final String ENDING = ".camel.yaml";
    private static final String PAGE = "see config/EXTENDING.md";
    private static final String STAND_IN = "secret-of-settings-";
    private static final int STOP_SECONDS = 10;

    private final Settings settings;
    private final Function<Throwable, String> words;
    private final List<Finding> findings = new ArrayList<>();
    private final List<LocalRouteFile> files = new ArrayList<>();
    private @Nullable DefaultCamelContext context;
    private @Nullable ProducerTemplate template;

    private LocalRoutes(Settings settings, Function<Throwable, String> words) {
        this.settings = settings;
        this.words = words;
    }

    /**
     * Everything that is wrong with the files of {@code routes/local}, and with the settings that refer to them. Without such
     * files no Camel is made. Nothing outside is touched.
     *
     * @param home  the folder that holds {@code routes}
     * @param words says what Camel throws, in one line
     */
    public static List<Finding> check(Path home, Settings settings, Function<Throwable, String> words) {
        try (LocalRoutes routes = new LocalRoutes(settings, words)) {
            routes.prepare(home, exchange -> {});
            return routes.findings;
        }
    }

    /**
     * Starts them.
     *
     * @param requests takes the requests of all of them
     * @throws ConfigurationException with a line for everything that is wrong
     */
    public static LocalRoutes start(Path home, Settings settings, Function<Throwable, String> words, Processor requests)
            throws ConfigurationException {
        LocalRoutes routes = new LocalRoutes(settings, words);
        routes.prepare(home, requests);
        if (routes.findings.isEmpty()) {
            routes.receive();
        }
        if (!routes.findings.isEmpty()) {
            routes.close();
            throw new ConfigurationException(routes.findings.stream()
                    .map(Finding::toString)
                    .collect(Collectors.joining(System.lineSeparator())));
        }
        return routes;
    }

    /** Starts what destinations send to: before the first of them does. */
    private void receive() {
        for (Route route : context == null ? List.<Route>of() : context.getRoutes()) {
            try {
                if (route.getEndpoint() instanceof DirectEndpoint) {
                    context.getRouteController().startRoute(route.getRouteId());
                }
            } catch (Exception e) {
                findings.add(place(e, told(e)));
            }
        }
    }

    /**
     * Lets those take work that bring requests. Before, only what destinations send to is there.
     *
     * @throws ConfigurationException naming what cannot be started
     */
    public void open() throws ConfigurationException {
        try {
            if (context != null) {
                context.getRouteController().startAllRoutes();
            }
        } catch (Exception e) {
            throw new ConfigurationException("routes/local: cannot be started: " + told(e));
        }
    }

    /**
     * Hands a copy of body and headers to a route, and returns when it has come to its end.
     *
     * @throws Exception what it failed with
     */
    public void send(String uri, Message sealed) throws Exception {
        if (context == null || template == null) {
            throw new IllegalStateException("LOCAL_ROUTES_NOT_STARTED");
        }
        Exchange exchange = new DefaultExchange(context, ExchangePattern.InOnly);
        byte[] body = sealed.getBody(byte[].class);
        exchange.getMessage().setBody(body == null ? null : body.clone());
        sealed.getHeaders().forEach(exchange.getMessage()::setHeader);
        Exception failure = template.send(uri, exchange).getException();
        if (failure != null) {
            throw failure;
        }
    }

    private void prepare(Path home, Processor requests) {
        Settings.Local local = settings.local();
        List<Path> found = find(home.resolve("routes/local"));
        if (local == null) {
            found.forEach(file -> findings.add(line(
                    file,
                    "is not read: the settings have no section local",
                    "add  local: {components: []}  or move it away")));
            unrouted(Set.of());
            return;
        }
        directories(local);
        found.forEach(file -> files.add(LocalRouteFile.read(file, local)));
        files.forEach(file -> findings.addAll(file.findings()));
        ids();
        Set<String> begun = new TreeSet<>();
        files.forEach(file -> begun.addAll(file.begun()));
        unrouted(begun);
        if (findings.isEmpty() && !files.isEmpty()) {
            try {
                build(local, requests, secrets(local.secrets()));
            } catch (ConfigurationException e) {
                findings.add(at("local.secrets", String.valueOf(e.getMessage()), PAGE));
            }
        }
    }

    /**
     * Camel says its mind of an address with all that stands in it. So a failure is told as it comes without the secrets, and
     * by the names of its exceptions only if it comes with them alone.
     */
    private void build(Settings.Local local, Processor requests, Properties secrets) {
        if (secrets.isEmpty()) {
            build(local, requests, secrets, words);
            return;
        }
        build(local, requests, secrets, LocalRoutes::names);
        if (!findings.isEmpty()) {
            List<Finding> bare = List.copyOf(findings);
            findings.clear();
            close();
            Properties none = new Properties();
            secrets.stringPropertyNames().forEach(name -> none.setProperty(name, STAND_IN + name));
            build(local, requests, none, words.andThen(text -> text.replace(STAND_IN, "the secret ")));
            if (findings.isEmpty()) {
                findings.addAll(bare);
            }
        }
    }

    /** Of a failure once there are secrets in addresses. */
    private String told(Throwable failure) {
        Settings.Local local = settings.local();
        return local == null || local.secrets().isEmpty() ? words.apply(failure) : names(failure);
    }

    private static String names(Throwable failure) {
        List<String> names = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            names.add(cause.getClass().getSimpleName());
        }
        return "fails with what local.secrets holds: " + String.join(", ", names);
    }

    private List<Path> find(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> all = inside.filter(
                            file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
            List<Path> routes = all.stream()
                    .filter(file -> file.toString().endsWith(ENDING))
                    .toList();
            all.stream()
                    .filter(file -> !routes.contains(file) && !file.toString().endsWith(".md"))
                    .forEach(file -> findings.add(line(
                            file,
                            "is no route file: it would not be read",
                            "call it  NAME" + ENDING + ", or move it away")));
            if (!all.isEmpty()) {
                guard(folder);
            }
            routes.forEach(this::guard);
            return routes;
        } catch (IOException e) {
            findings.add(line(folder, "cannot be read", "run  chmod u+rx " + folder));
            return List.of();
        }
    }

    private void guard(Path path) {
        try {
            FileGuard.program(path);
        } catch (ConfigurationException e) {
            findings.add(new Finding(Finding.Level.ERROR, "", 0, 0, "", String.valueOf(e.getMessage()), ""));
        }
    }

    /** A directory that holds our data or keys would open them to whatever a route does with files. */
    private void directories(Settings.Local local) {
        List<Path> ours = new ArrayList<>(List.of(
                settings.service().dataDirectory(),
                settings.service().signingKey(),
                settings.service().atRestKey()));
        settings.keyRings().values().forEach(ring -> ring.keys().forEach(key -> ours.add(key.path())));
        for (int i = 0; i < local.directories().size(); i++) {
            Path directory = local.directories().get(i);
            String key = "local.directories[" + i + "]";
            for (Path own : ours) {
                if (real(own).startsWith(real(directory)) || real(directory).startsWith(real(own))) {
                    findings.add(at(key, "holds, or lies in, " + own, "give routes a directory of their own"));
                    break;
                }
            }
            try {
                FileGuard.directory(directory);
            } catch (ConfigurationException e) {
                findings.add(at(key, String.valueOf(e.getMessage()), ""));
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    private void ids() {
        Set<String> seen = new TreeSet<>();
        for (LocalRouteFile file : files) {
            for (String id : file.routes()) {
                if (!seen.add(id)) {
                    findings.add(
                            line(file.path(), "another file has a route " + id + " too", "give each an id of its own"));
                }
            }
        }
    }

    private void unrouted(Set<String> begun) {
        settings.destinations().forEach((alias, destination) -> {
            if (destination.channel() instanceof Settings.RouteChannel own && !begun.contains(own.uri())) {
                findings.add(at(
                        "destinations." + alias + ".uri",
                        "no route in routes/local begins at " + own.uri(),
                        Suggestion.forWord(own.uri(), begun)));
            }
        });
    }

    private void build(Settings.Local local, Processor requests, Properties secrets, Function<Throwable, String> say) {
        DefaultCamelContext camel = new DefaultCamelContext();
        context = camel;
        try {
            camel.disableJMX();
            camel.getCamelContextExtension().setName("passcourier-local");
            camel.setMessageHistory(false);
            camel.setLogExhaustedMessageBody(false);
            camel.setStreamCaching(false);
            camel.setLoadTypeConverters(false);
            camel.getShutdownStrategy().setTimeout(STOP_SECONDS);
            camel.getShutdownStrategy().setShutdownNowOnTimeout(true);
            Confinement.of(camel, local);
            PropertiesComponent placeholders = (PropertiesComponent) camel.getPropertiesComponent();
            placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
            placeholders.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
            placeholders.setInitialProperties(secrets);
            camel.setAutoStartup(false);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:" + REQUEST).routeId(REQUEST).process(requests);
                }
            });
        } catch (Exception e) {
            throw new IllegalStateException("LOCAL_CONTEXT", e);
        }
        files.forEach(file -> load(camel, file, say));
        if (findings.isEmpty()) {
            begin(camel, say);
        }
    }

    /** Components take texts, so that these secrets become some; they are the operator's for these routes only. */
    private static Properties secrets(Map<String, SecretRef> references) throws ConfigurationException {
        Properties values = new Properties();
        for (Map.Entry<String, SecretRef> secret : references.entrySet()) {
            byte[] value = secret.getValue().read();
            String text = new String(value, StandardCharsets.UTF_8);
            Arrays.fill(value, (byte) 0);
            if (text.contains("{{")) {
                throw new ConfigurationException(
                        secret.getKey() + " holds {{, by which Camel would begin another placeholder");
            }
            values.setProperty(secret.getKey(), text);
        }
        return values;
    }

    private void load(DefaultCamelContext camel, LocalRouteFile file, Function<Throwable, String> say) {
        try {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(PluginHelper.getResourceLoader(camel).resolveResource("file:" + file.path()));
        } catch (Exception | LinkageError e) {
            findings.add(file.at(mark(e), say.apply(e), PAGE));
        }
    }

    private static Optional<Mark> mark(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException yaml) {
                return yaml.getProblemMark();
            }
        }
        return Optional.empty();
    }

    private void begin(DefaultCamelContext camel, Function<Throwable, String> say) {
        try {
            camel.start();
            template = camel.createProducerTemplate();
        } catch (Exception | LinkageError e) {
            findings.add(place(e, say.apply(e)));
            return;
        }
        Set<String> begun = new TreeSet<>(Set.of("direct:" + REQUEST));
        files.forEach(file -> begun.addAll(file.begun()));
        for (Endpoint endpoint : camel.getEndpoints()) {
            String name = endpoint.getEndpointUri().replace("://", ":");
            if (endpoint instanceof DirectEndpoint && !begun.contains(name)) {
                findings.add(find(file -> file.atAddress(
                                name, "no route in routes/local begins at " + name, Suggestion.near(name, begun)))
                        .orElseThrow());
            }
        }
    }

    private Finding place(Throwable failure, String message) {
        Optional<Finding> place = Optional.empty();
        for (Throwable cause = failure; cause != null && place.isEmpty(); cause = cause.getCause()) {
            if (cause instanceof ResolveEndpointFailedException endpoint) {
                place = find(file -> file.atAddress(endpoint.getUri(), message, PAGE));
            }
        }
        for (Throwable cause = failure; cause != null && place.isEmpty(); cause = cause.getCause()) {
            if (cause instanceof FailedToCreateRouteException created) {
                place = find(file -> file.atRoute(created.getRouteId(), message, PAGE));
            }
        }
        return place.orElseGet(() -> line(files.get(0).path(), message, PAGE));
    }

    private Optional<Finding> find(Function<LocalRouteFile, Optional<Finding>> where) {
        return files.stream().map(where).flatMap(Optional::stream).findFirst();
    }

    private static Finding line(Path file, String message, String hint) {
        return new Finding(Finding.Level.ERROR, file.toString(), 1, 1, "", message, hint);
    }

    /** About the settings, where the caller knows the line. */
    private static Finding at(String key, String message, String hint) {
        return new Finding(Finding.Level.ERROR, "", 0, 0, key, message, hint);
    }

    @Override
    public void close() {
        if (context != null) {
            context.stop();
        }
    }
}
