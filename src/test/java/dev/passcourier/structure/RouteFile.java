package dev.passcourier.structure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A route file as a tree.
 *
 * @param path below the project
 * @param tree a list of routes, templates and configurations
 */
record RouteFile(Path path, JsonNode tree) {

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .build());
    private static final Path FOLDER = Path.of("routes");
    private static final String ENDING = ".camel.yaml";

    /** All that are shipped. */
    static List<RouteFile> all() {
        try (Stream<Path> below = Files.walk(FOLDER)) {
            return below.filter(Files::isRegularFile)
                    .sorted()
                    .map(RouteFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFile read(Path path) {
        try {
            return new RouteFile(path, YAML.readTree(Files.readString(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** The id that the first route or template must have. */
    String expectedId() {
        String name = path.getFileName().toString().replace(ENDING, "");
        return path.getParent().getFileName().toString().equals("provider") ? "provider-" + name : name;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    List<JsonNode> configurations() {
        return tree.findValues("routeConfiguration");
    }

    /** Every route, whether it stands alone or in a template. */
    List<Flow> flows() {
        List<Flow> flows = new ArrayList<>();
        for (JsonNode entry : tree) {
            JsonNode template = entry.path("routeTemplate");
            if (!template.isMissingNode()) {
                flows.add(new Flow(this, template, template.path("route")));
            } else if (entry.has("route")) {
                flows.add(new Flow(this, template, entry.path("route")));
            }
        }
        return flows;
    }

    /**
     * One route.
     *
     * @param template missing if the route stands alone
     */
    record Flow(RouteFile file, JsonNode template, JsonNode route) {

        String id() {
            return template.isMissingNode()
                    ? route.path("id").asText()
                    : template.path("id").asText();
        }

        @Override
        public String toString() {
            return file + " " + id();
        }

        JsonNode from() {
            return route.path("from");
        }

        /** Names of the template's parameters. */
        Set<String> parameters() {
            Set<String> names = new TreeSet<>();
            template.path("parameters")
                    .forEach(parameter -> names.add(parameter.path("name").asText()));
            return names;
        }

        /** The steps of the first level. */
        List<Step> path() {
            return steps(from().path("steps"));
        }

        /** All steps of all levels, in their order. */
        List<Step> steps() {
            List<Step> found = new ArrayList<>();
            path().forEach(step -> step.collect(found));
            return found;
        }

        private static List<Step> steps(JsonNode list) {
            List<Step> steps = new ArrayList<>();
            for (JsonNode entry : list) {
                entry.properties().forEach(word -> steps.add(new Step(word.getKey(), word.getValue())));
            }
            return steps;
        }
    }

    /**
     * One step.
     *
     * @param word what it does, such as {@code process}
     */
    record Step(String word, JsonNode body) {

        /** The words under which further steps lie that carry no name of their own. */
        private static final Set<String> BRANCHES = Set.of("doCatch", "when");

        String id() {
            return body.path("id").asText();
        }

        @Override
        public String toString() {
            return word + " " + id();
        }

        String uri() {
            return body.path("uri").asText();
        }

        private void collect(List<Step> found) {
            found.add(this);
            Flow.steps(body.path("steps")).forEach(step -> step.collect(found));
            for (String branch : BRANCHES) {
                body.path(branch).forEach(part -> new Step(branch, part).collect(found));
            }
            for (String branch : List.of("doFinally", "otherwise")) {
                if (body.has(branch)) {
                    new Step(branch, body.path(branch)).collect(found);
                }
            }
        }
    }
}
