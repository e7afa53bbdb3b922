package dev.passcourier.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;

/** "Did you mean": the nearest known word, or all known ones. */
public final class Suggestion {

    private Suggestion() {}

    /** A hint for a word that is not among the known ones. */
    public static String forWord(String word, Collection<String> known) {
        if (known.isEmpty()) {
            return "there is none yet";
        }
        return nearest(word, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElseGet(() -> "known: " + known.stream().sorted().limit(20).collect(Collectors.joining(", ")));
    }

    /** A hint for a word that is not among many known ones; empty if none is near. */
    public static String near(String word, Collection<String> known) {
        return nearest(word, known).map(near -> "did you mean '" + near + "'?").orElse("");
    }

    /** The known word that differs least, letter case aside; empty if none is near. */
    static Optional<String> nearest(String word, Collection<String> known) {
        int furthest = Math.max(1, (word.length() + 2) / 3);
        return known.stream()
                .filter(other -> distance(word, other) <= furthest)
                .min(Comparator.comparingInt((String other) -> distance(word, other))
                        .thenComparing(other -> other));
    }

    /** Levenshtein's distance, letter case aside. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = same(from.charAt(i - 1), to.charAt(j - 1)) ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    private static boolean same(char one, char other) {
        return Character.toLowerCase(one) == Character.toLowerCase(other);
    }
}
