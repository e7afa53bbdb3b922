package dev.passcourier.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects findings and knows where each key stands. The first finding on a key hides later ones on it. */
final class Findings {

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

    /** Adds a finding where the key stands, or where the nearest part around it does. */
    void add(String key, String message, String hint) {
        add(near(key), key, message, hint);
    }

    /** Adds what an exception says; what follows its first semicolon is the better hint. */
    void add(String key, ConfigurationException problem, String hint) {
        String[] words = problem.getMessage().split("; ", 2);
        add(key, words[0], words.length == 2 ? words[1] : hint);
    }

    void add(Place place, String key, String message, String hint) {
        if (taken.add(key)) {
            all.add(new Finding(file, place.line(), place.column(), key, message, hint));
        }
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Tells whether there is a finding on the key or anything below it. */
    boolean concern(String key) {
        return taken.stream().anyMatch(other -> other.equals(key) || other.startsWith(key + "."));
    }

    /** In the file's order. */
    List<Finding> inOrder() {
        return all.stream()
                .sorted(Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column))
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
