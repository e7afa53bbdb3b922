package dev.passcourier.extension;

import dev.passcourier.config.Finding;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What may stand in a file of {@code routes/local}, each word and text with its place. A word, component or expression that
 * is not known is refused. {@link Confinement} refuses it once more at run time; here it is said where.
 */
final class LocalRouteFile {

    /** All that may be said to a route and its steps. */
    private static final Set<String> WORDS = words("""
            route id description autoStartup from uri parameters steps to log message loggingLevel logName marker
            setBody setHeader setVariable setProperty removeHeader removeHeaders removeVariable removeProperty
            removeProperties name pattern excludePattern simple constant header variable exchangeProperty tokenize
            jsonpath jq token expression resultType trim choice when otherwise filter split delimiter streaming
            stopOnException doTry doCatch doFinally onWhen exception convertBodyTo type charset marshal unmarshal json
            library prettyPrint base64 csv gzipDeflater zipFile transform stop throwException exceptionType delay
            throttle timePeriodMillis loop copy multicast""");

    /** Words that somebody who knows Camel will try, and why not. */
    private static final Map<String, String> INSTEAD = new TreeMap<>(Map.ofEntries(
            Map.entry("bean", "a route in routes/local runs no Java; a component in a jar of lib/ext may"),
            Map.entry("beans", "there are no beans here; give a component its options under parameters"),
            Map.entry("process", "a route in routes/local runs no Java; a component in a jar of lib/ext may"),
            Map.entry("ref", "there are no beans here; give a component its options under parameters"),
            Map.entry("script", "a route in routes/local runs no program; use simple, or a component in lib/ext"),
            Map.entry("method", "a route in routes/local runs no Java; a component in a jar of lib/ext may"),
            Map.entry("toD", "addresses are fixed; use choice and to"),
            Map.entry("recipientList", "addresses are fixed; use choice or multicast and to"),
            Map.entry("routingSlip", "addresses are fixed; use choice and to"),
            Map.entry("dynamicRouter", "addresses are fixed; use choice and to"),
            Map.entry("enrich", "addresses are fixed; use to"),
            Map.entry("pollEnrich", "addresses are fixed; write a route that consumes it"),
            Map.entry("wireTap", "delivered would be said before it is; use multicast and to"),
            Map.entry("onException", "what a route fails with is tried again by the service; use doTry"),
            Map.entry("routeTemplate", "write a route for each"),
            Map.entry("kamelet", "write a route for each"),
            Map.entry("routeConfiguration", "what a route fails with is tried again by the service; use doTry"),
            Map.entry("rest", "use from with a component that listens")));

    /** The classes that a route may name. */
    private static final Pattern TYPE = Pattern.compile(
            "(java\\.lang\\.)?String|byte\\[]|java\\.io\\.InputStream|(java\\.lang\\.)?(Integer|Long|Boolean|Double)");

    private static final Pattern FAILURE =
            Pattern.compile("(java|org\\.apache\\.camel)(\\.[a-z]+)+\\.[A-Za-z]+Exception");
    private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]*):.*", Pattern.DOTALL);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*(.*?)\\s*}}", Pattern.DOTALL);
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*");
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Set<String> ADDRESSES = Set.of("uri", "to", "from");
    private static final String JAIL = "jailstartingdirectory";

    private static final String BEGIN = "begin with  - route:  and give it an id";

    /** Headers by which a message would say where it goes, or which file is taken. */
    private static final Pattern WHERE =
            Pattern.compile("camel[a-z0-9]*(uri|host|port|overr|destination|localworkpath)[a-z0-9]*");

    /** What stands in {@code RAW(...)} is a value, whatever it holds. */
    private static final Pattern NAME_IN_QUERY =
            Pattern.compile("[?&]([^=&]*)(?:=(?:RAW\\([^)]*\\)|RAW\\{[^}]*}|[^&]*))?", Pattern.DOTALL);

    private static final Pattern OPTION = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    private final Path file;
    private final Settings.Local local;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Mark> uris = new TreeMap<>();
    private final Map<String, Mark> routes = new TreeMap<>();
    private final Map<String, Mark> begun = new TreeMap<>();

    private LocalRouteFile(Path file, Settings.Local local) {
        this.file = file;
        this.local = local;
    }

    static LocalRouteFile read(Path file, Settings.Local local) {
        LocalRouteFile read = new LocalRouteFile(file, local);
        try {
            LoadSettings yaml =
                    LoadSettings.builder().setAllowDuplicateKeys(false).build();
            Optional<Node> root = new Compose(yaml).composeString(Files.readString(file));
            root.ifPresentOrElse(
                    read::document, () -> read.add(Optional.empty(), "is empty", "write a route, or remove the file"));
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            read.add(mark, "is not YAML: " + e.getProblem(), "look at indentation, quotes and colons here");
        } catch (YamlEngineException e) {
            read.add(Optional.empty(), "is not YAML", "look at indentation, quotes and colons");
        } catch (IOException e) {
            read.add(
                    Optional.empty(),
                    "cannot be read",
                    "save it as UTF-8, and give the service's user the right to read it");
        }
        return read;
    }

    /** Everything that is wrong with it. */
    List<Finding> findings() {
        return findings;
    }

    Path path() {
        return file;
    }

    /** The {@code direct:} names that routes in it begin with. */
    Set<String> begun() {
        return begun.keySet();
    }

    /** The ids of its routes. */
    Set<String> routes() {
        return routes.keySet();
    }

    /** A finding at the route with this id, if it stands here. */
    Optional<Finding> atRoute(String id, String message, String hint) {
        return Optional.ofNullable(routes.get(id)).map(mark -> finding(mark, message, hint));
    }

    /** A finding where an address of this component and path stands, if it stands here. */
    Optional<Finding> atAddress(String resolved, String message, String hint) {
        String wanted = plain(resolved);
        return uris.entrySet().stream()
                .filter(written -> plain(written.getKey()).equals(wanted))
                .findFirst()
                .map(written -> finding(written.getValue(), message, hint));
    }

    /** A finding at a place that Camel's parser names, or at the beginning. */
    Finding at(Optional<Mark> mark, String message, String hint) {
        return mark.map(place -> finding(place, message, hint)).orElseGet(() -> finding(1, 1, message, hint));
    }

    /** Without options and without the slashes that Camel adds. */
    private static String plain(String uri) {
        return uri.replaceFirst("\\?.*", "").replaceFirst("^([a-z0-9+.-]+):/*", "$1:");
    }

    private Finding finding(Mark at, String message, String hint) {
        return finding(at.getLine() + 1, at.getColumn() + 1, message, hint);
    }

    private Finding finding(int line, int column, String message, String hint) {
        return new Finding(Finding.Level.ERROR, file.toString(), line, column, "", message, hint);
    }

    private void add(Optional<Mark> mark, String message, String hint) {
        findings.add(at(mark, message, hint));
    }

    private void add(Node at, String message, String hint) {
        add(at.getStartMark(), message, hint);
    }

    private void document(Node root) {
        if (!(root instanceof SequenceNode list)) {
            add(root, "is not a list of routes", "begin with  - route:");
            return;
        }
        for (Node entry : list.getValue()) {
            if (!(entry instanceof MappingNode mapping)) {
                add(entry, "is not a route", BEGIN);
                continue;
            }
            for (NodeTuple each : mapping.getValue()) {
                boolean isRoute = each.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("route");
                if (isRoute && each.getValueNode() instanceof MappingNode fields) {
                    route(fields);
                } else if (isRoute || isKnown(each.getKeyNode())) {
                    // Camel would take it, and give it an id that the policy can not name.
                    add(each.getKeyNode(), "does not begin a route with an id", BEGIN);
                }
            }
            walk(entry, "", "");
        }
    }

    private static boolean isKnown(Node key) {
        return key instanceof ScalarNode word && WORDS.contains(word.getValue());
    }

    private void route(MappingNode fields) {
        Node id = value(fields, "id");
        if (!(id instanceof ScalarNode name) || !ID.matcher(name.getValue()).matches()) {
            add(
                    id == null ? fields : id,
                    "a route needs an id in kebab case: the policy names it",
                    "write  id: my-route");
        } else if (name.getValue().equals(LocalRoutes.REQUEST)) {
            add(id, name.getValue() + " is the service's own route", "call it something else");
        } else {
            id.getStartMark().ifPresent(mark -> routes.put(name.getValue(), mark));
        }
        Node from = value(fields, "from");
        Node uri = from instanceof MappingNode mapping ? value(mapping, "uri") : from;
        if (uri instanceof ScalarNode begins) {
            uri.getStartMark().ifPresent(mark -> begun.put(plain(begins.getValue()), mark));
        }
    }

    private static Node value(MappingNode mapping, String key) {
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
                return entry.getValueNode();
            }
        }
        return null;
    }

    private void walk(Node node, String key, String address) {
        if (node.getAnchor().isPresent()) {
            add(node, "uses an anchor or an alias", "write the value out");
        }
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(item -> walk(item, key, address));
        } else if (node instanceof MappingNode mapping) {
            Node uri = value(mapping, "uri");
            String own = uri instanceof ScalarNode text ? text.getValue() : address;
            mapping.getValue().forEach(entry -> entry(entry, key, own));
        } else if (node instanceof ScalarNode scalar) {
            scalar(scalar, key, address);
        }
    }

    private void entry(NodeTuple entry, String parent, String address) {
        Node name = entry.getKeyNode();
        String word = name instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (parent.equals("parameters")) {
            option(name, word);
            scalarOnly(entry.getValueNode(), address);
        } else if (WORDS.contains(word)) {
            if (word.equals("setHeader") && entry.getValueNode() instanceof MappingNode fields) {
                header(fields);
            }
            walk(entry.getValueNode(), word, address);
        } else {
            add(
                    name,
                    "'" + word + "' is not for routes in routes/local",
                    INSTEAD.getOrDefault(word, Suggestion.forWord(word, WORDS)));
        }
    }

    /** A name that is none is not repeated: it may be a value in the wrong place. */
    private void option(Node at, String name) {
        if (!OPTION.matcher(name).matches()) {
            add(at, "is no name of an option", "write  name: value  with nothing but the name before the colon");
        } else if (bare(name).equals(JAIL)) {
            add(at, name + " is not for routes in routes/local", "a route stays in its directory");
        }
    }

    /** Camel takes names of options in any case, and with dashes. */
    private static String bare(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private void header(MappingNode fields) {
        Node name = value(fields, "name");
        if (name instanceof ScalarNode written) {
            if (written.getValue().contains("${")) {
                add(name, "the name of a header is fixed: nothing of a message may stand in it", "write it out");
            } else if (WHERE.matcher(bare(written.getValue())).matches()) {
                add(name, "addresses are fixed: " + written.getValue() + " would give another", "use choice and to");
            }
        }
    }

    private void scalarOnly(Node value, String address) {
        if (value instanceof ScalarNode scalar) {
            scalar(scalar, "parameters", address);
        } else {
            add(value, "an option has one plain value", "write it on one line");
        }
    }

    private void scalar(ScalarNode node, String key, String address) {
        String text = node.getValue();
        if (ADDRESSES.contains(key)) {
            address(node, text);
        }
        boolean isAddress = ADDRESSES.contains(key) || key.equals("parameters");
        String read = decoded(text);
        if (isAddress && (read.strip().startsWith("#") || read.matches("(?s).*[?&][^=&]*=\\s*#.*"))) {
            add(node, "there are no beans here", "give the option a plain value");
        }
        if (text.contains("resource:")) {
            add(node, "would read a file of this machine as an expression", "write the expression out");
        }
        Confinement.refused(text)
                .ifPresent(function -> add(
                        node,
                        "${" + function + "} is not for routes in routes/local",
                        "use body, header.name, variable.name, exchangeProperty.name, date:now:FORMAT, uuid, routeId or"
                                + " file:name"));
        placeholders(node, text, isAddress);
        if ((key.equals("type") || key.equals("resultType"))
                && !TYPE.matcher(text).matches()) {
            add(node, text + " is no class that a route may name", "use String, byte[] or java.io.InputStream");
        }
        if ((key.equals("exception") || key.equals("exceptionType"))
                && !FAILURE.matcher(text).matches()) {
            add(node, text + " is no exception that a route may name", "use java.lang.Exception");
        }
        if (address.startsWith("file:") && key.equals("parameters")) {
            insideOnly(node, text);
            Confinement.refusedInNames(text)
                    .ifPresent(function -> add(
                            node,
                            "${" + function + "} would have a message say which file",
                            "use file:name, file:onlyname, date:now:FORMAT or uuid; or set the header CamelFileName"));
        }
    }

    /** As Camel reads an address: percent-decoded, and not only once. */
    private static String decoded(String text) {
        String before;
        String after = text;
        do {
            before = after;
            try {
                after = URLDecoder.decode(before.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException noEncoding) {
                return before;
            }
        } while (!after.equals(before));
        return after;
    }

    private void placeholders(ScalarNode node, String text, boolean isAddress) {
        Matcher found = PLACEHOLDER.matcher(text);
        if (found.replaceAll("").contains("{{")) {
            add(node, "begins a placeholder that does not end", "write  {{name}}");
        }
        found.reset();
        while (found.find()) {
            String name = found.group(1);
            if (!SECRET.matcher(name).matches() || !local.secrets().containsKey(name)) {
                add(
                        node,
                        "{{" + name + "}} is no secret of local.secrets",
                        Suggestion.forWord(name, local.secrets().keySet()));
            } else if (!isAddress) {
                add(node, "a secret may stand in the address of a component only", "move it to parameters");
            }
        }
    }

    private void address(ScalarNode node, String uri) {
        node.getStartMark().ifPresent(mark -> uris.put(uri, mark));
        Matcher scheme = SCHEME.matcher(uri);
        if (!scheme.matches()) {
            add(node, "is no address: it does not begin with a component's name", "write  component:path");
        } else if (uri.contains("${")) {
            add(node, "addresses are fixed: nothing of a message may stand in them", "use choice and to");
        } else if (Confinement.NEVER.contains(scheme.group(1))) {
            add(
                    node,
                    "the component '" + scheme.group(1) + "' runs or reaches what is inside of this process",
                    "it is never open to routes in routes/local");
        } else if (!Confinement.isOpen(scheme.group(1), local)) {
            Set<String> known = new TreeSet<>(local.components());
            known.addAll(Confinement.ALWAYS);
            add(
                    node,
                    "the component '" + scheme.group(1) + "' is not open to routes in routes/local",
                    "add it to local.components in the settings" + near(scheme.group(1), known));
        } else {
            query(node, uri);
            if (scheme.group(1).equals("file")) {
                insideOnly(node, uri.substring("file:".length()).replaceFirst("^[^?]*", ""));
                directory(node, uri);
            }
        }
    }

    private void query(ScalarNode node, String uri) {
        Matcher names = NAME_IN_QUERY.matcher(uri);
        while (names.find()) {
            option(node, decoded(names.group(1)));
        }
    }

    private static String near(String word, Set<String> known) {
        String near = Suggestion.near(word, known);
        return near.isEmpty() ? "" : ", or " + near;
    }

    /** The directory itself may be absolute; names and moves in it may not leave it. */
    private void insideOnly(ScalarNode node, String written) {
        String text = decoded(written);
        if (PLACEHOLDER.matcher(text).find()) {
            add(node, "a secret has no place in the names of files", "write the name out");
        } else if (text.contains("..") || text.matches("(?s)(.*[?&][^=&]*=)?(RAW[({])?/.*")) {
            add(node, "would leave the route's directory", "name files and folders below it, without a slash first");
        }
    }

    private void directory(ScalarNode node, String uri) {
        Path named = Path.of(decoded(uri.substring("file:".length()).replaceFirst("\\?.*", ""))
                .replace("\0", "?")
                .replaceFirst("^/{2,}", "/"));
        boolean isListed = !named.toString().contains("..")
                && !PLACEHOLDER.matcher(named.toString()).find()
                && named.isAbsolute()
                && local.directories().stream().anyMatch(named::startsWith);
        if (!isListed) {
            add(
                    node,
                    "the directory " + named + " is not open to routes in routes/local",
                    "name an absolute path that is in local.directories, or below one");
        }
    }

    private static Set<String> words(String text) {
        return new TreeSet<>(List.of(text.strip().split("\\s+")));
    }
}
