package dev.passcourier.health;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one {@code GET /metrics} has answered. */
public final class Scrape {

    private static final Pattern LINE = Pattern.compile("([a-z_0-9]+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    private final String text;
    private final List<Sample> samples = new ArrayList<>();

    /** One line. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    private Scrape(String text) {
        this.text = text;
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> samples.add(sample(line)));
    }

    /** In OpenMetrics. */
    public static Scrape of(int port) throws Exception {
        return new Scrape(
                get(port, "application/openmetrics-text; version=1.0.0").body());
    }

    public static HttpResponse<String> get(int port, String accept) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                .header("Accept", accept)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static Sample sample(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new AssertionError("not a sample: " + line);
        }
        Map<String, String> labels = new TreeMap<>();
        if (parts.group(2) != null) {
            Matcher label = LABEL.matcher(parts.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
        }
        return new Sample(
                parts.group(1), labels, Double.parseDouble(parts.group(3).replace("Inf", "Infinity")));
    }

    public String text() {
        return text;
    }

    public List<Sample> samples() {
        return samples;
    }

    /** Names of all samples, each with the names of its labels. */
    public Map<String, Set<String>> labels() {
        Map<String, Set<String>> found = new TreeMap<>();
        samples.forEach(sample -> found.computeIfAbsent(sample.name(), name -> new TreeSet<>())
                .addAll(sample.labels().keySet()));
        return found;
    }

    /** The values that a label has anywhere. */
    public Set<String> values(String label) {
        Set<String> found = new TreeSet<>();
        samples.stream().map(sample -> sample.labels().get(label)).forEach(value -> {
            if (value != null) {
                found.add(value);
            }
        });
        return found;
    }

    /** The sum of the samples with this name and these labels. NaN if there is none. */
    public double sum(String name, String... labelsAndValues) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name) && has(sample, labelsAndValues))
                .mapToDouble(Sample::value)
                .reduce(Double::sum)
                .orElse(Double.NaN);
    }

    private static boolean has(Sample sample, String... labelsAndValues) {
        for (int i = 0; i < labelsAndValues.length; i += 2) {
            if (!labelsAndValues[i + 1].equals(sample.labels().get(labelsAndValues[i]))) {
                return false;
            }
        }
        return true;
    }
}
