package dev.passcourier.config;

import dev.passcourier.config.Finding.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects what is found in one settings file and in what it refers to, and knows where each key stands. The first error
 * on a key hides later ones on it.
 */
public final class Findings {

    /** A position, both from 1. */
    record Place(int line, int column) {

        static final Place START = new Place(1, 1);
    }

    private final String file;
    private final Map<String, Place> places = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final List<Finding> all = new ArrayList<>();

    Findings(String file) {
        this.file = file;
    }

    void place(String key, Place place) {
        places.putIfAbsent(key, place);
    }

    /** Adds an error where the key stands, or where the nearest part around it does. */
    public void add(String key, String message, String hint) {
        add(near(key), key, message, hint);
    }

    /** Adds what an exception says; what follows its first semicolon is the better hint. */
    public void add(String key, ConfigurationException problem, String hint) {
        String[] words = problem.getMessage().split("; ", 2);
        add(key, words[0], words.length == 2 ? words[1] : hint);
    }

    void add(Place place, String key, String message, String hint) {
        if (taken.add(key)) {
            all.add(new Finding(Level.ERROR, file, place.line(), place.column(), key, message, hint));
        }
    }

    /** Adds something that does not stop the start. */
    public void add(Level level, String key, String message, String hint) {
        Place place = near(key);
        all.add(new Finding(level, file, place.line(), place.column(), key, message, hint));
    }

    /** Adds an error on a key beside those that are there, such as one of several files that it names. */
    public void addAlso(String key, String message, String hint) {
        taken.add(key);
        add(Level.ERROR, key, message, hint);
    }

    /** Adds a finding about something else than the settings file. */
    public void add(Finding finding) {
        all.add(finding);
    }

    /** Tells whether anything stops the start. */
    public boolean stop() {
        return all.stream().anyMatch(finding -> finding.level() == Level.ERROR);
    }

    /** Tells whether there is an error on the key or anything below it. */
    public boolean concern(String key) {
        return taken.stream()
                .anyMatch(other -> other.equals(key) || other.startsWith(key + ".") || other.startsWith(key + "["));
    }

    /** The keys with errors. */
    Set<String> keys() {
        return Set.copyOf(taken);
    }

    /** Those in the settings in its order, and then the others. */
    public List<Finding> inOrder() {
        return all.stream()
                .sorted(Comparator.comparing(
                                (Finding finding) -> !finding.file().equals(file))
                        .thenComparing(Finding::file)
                        .thenComparingInt(Finding::line)
                        .thenComparingInt(Finding::column))
                .toList();
    }

    private Place near(String key) {
        String part = key;
        while (!part.isEmpty() && !places.containsKey(part)) {
            part = Keys.parent(part);
        }
        return places.getOrDefault(part, Place.START);
    }
}
