package dev.passcourier.reload;

import dev.passcourier.config.RestartKeys;
import dev.passcourier.reload.Change.Action;
import dev.passcourier.reload.SettingsFacts.Fact;
import dev.passcourier.reload.SettingsFacts.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How settings differ from those in force.
 *
 * @param changes what a reload brings, in the order of the settings' sections
 * @param restart keys that differ and are read at the start only; if there is one, nothing is reloaded
 */
public record SettingsChanges(List<Change> changes, List<String> restart) {

    private static final Map<String, String> KINDS = kinds();

    /** What is told of something that was added. */
    private static final Set<String> TOLD = Set.of(
            "provider", "keyRing", "type", "seal", "format", "key", "cron", "sources", "accounts", "destinations");

    /** Copies the lists. */
    public SettingsChanges {
        changes = List.copyOf(changes);
        restart = List.copyOf(restart);
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("accounts", "account");
        kinds.put("keyRings", "key ring");
        kinds.put("recipients", "recipient");
        kinds.put("destinations", "destination");
        kinds.put("schedules", "schedule");
        kinds.put("reports", "report");
        kinds.put("policy.rules", "rule");
        kinds.put("policy.signers", "signer");
        return kinds;
    }

    /** From the settings in force to others. */
    public static SettingsChanges between(SettingsFacts before, SettingsFacts after) {
        Set<String> keys = new TreeSet<>(before.byKey().keySet());
        keys.addAll(after.byKey().keySet());
        Set<Place> olds = places(before);
        Set<Place> news = places(after);
        List<String> restart = new ArrayList<>();
        Map<Place, List<String>> differing = new LinkedHashMap<>();
        for (String key : keys) {
            Fact was = before.byKey().get(key);
            Fact is = after.byKey().get(key);
            if (was == null || !was.equals(is)) {
                if (RestartKeys.contain(key)) {
                    restart.add(key);
                } else {
                    Place place = Place.of(key);
                    differing
                            .computeIfAbsent(thing(place), any -> new ArrayList<>())
                            .add(words(place.rest(), was, is));
                }
            }
        }
        List<Change> changes = new ArrayList<>();
        differing.forEach((thing, what) -> changes.add(change(thing, what, olds, news, after)));
        List<String> order = List.copyOf(KINDS.values());
        changes.sort((one, other) -> Integer.compare(order.indexOf(one.kind()), order.indexOf(other.kind())));
        return new SettingsChanges(changes, restart);
    }

    private static Place thing(Place place) {
        return new Place(place.section(), place.name(), "");
    }

    private static Set<Place> places(SettingsFacts facts) {
        return facts.byKey().keySet().stream().map(key -> thing(Place.of(key))).collect(Collectors.toSet());
    }

    private static Change change(
            Place thing, List<String> what, Set<Place> olds, Set<Place> news, SettingsFacts after) {
        String kind = KINDS.getOrDefault(thing.section(), thing.section());
        if (thing.name().isEmpty() || (olds.contains(thing) && news.contains(thing))) {
            return new Change(Action.CHANGED, kind, thing.name(), what, "");
        }
        return olds.contains(thing)
                ? new Change(Action.REMOVED, kind, thing.name(), List.of(), "")
                : new Change(Action.ADDED, kind, thing.name(), told(thing, after), "");
    }

    private static List<String> told(Place thing, SettingsFacts after) {
        List<String> told = new ArrayList<>();
        after.byKey().forEach((key, fact) -> {
            Place place = Place.of(key);
            if (thing(place).equals(thing)
                    && !fact.says().isEmpty()
                    && (TOLD.contains(place.rest()) || isKey(place.rest()))) {
                told.add(name(place.rest()) + " " + fact.says());
            }
        });
        return told;
    }

    private static boolean isKey(String rest) {
        return rest.startsWith("keys ");
    }

    /** A key of a ring is known by its name. */
    private static String name(String rest) {
        return isKey(rest)
                ? "key " + rest.substring("keys ".length())
                : rest.startsWith("files ") ? rest.substring("files ".length()) : rest;
    }

    private static String words(String rest, @Nullable Fact was, @Nullable Fact is) {
        String name = name(rest);
        if (is == null) {
            return name + " removed" + (isKey(rest) && was != null ? ": " + was.says() : "");
        }
        if (was == null) {
            return name + " added" + (is.says().isEmpty() ? "" : ": " + is.says());
        }
        return was.says().equals(is.says())
                ? name + ": new content"
                : (name.isEmpty() ? "" : name + ": ") + was.says() + " → " + is.says();
    }

    /** Whether nothing differs. */
    public boolean isEmpty() {
        return changes.isEmpty() && restart.isEmpty();
    }

    /** Names of a kind that were changed so, sorted. */
    public Set<String> names(String kind, Action... actions) {
        Set<Action> wanted = Set.of(actions);
        return changes.stream()
                .filter(change -> change.kind().equals(kind) && wanted.contains(change.action()))
                .map(Change::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The same with what waits at each, in words, or empty. */
    public SettingsChanges withWaiting(Function<Change, String> waits) {
        return new SettingsChanges(
                changes.stream()
                        .map(change -> change.withWaiting(waits.apply(change)))
                        .toList(),
                restart);
    }

    /** What the audit trail calls them: kind, colon and name of each, such as {@code account:prod}. */
    public Map<Action, String> names() {
        Map<Action, String> names = new TreeMap<>();
        for (Action action : Action.values()) {
            names.put(
                    action,
                    changes.stream()
                            .filter(change -> change.action() == action)
                            .map(change -> change.kind().replace(' ', '-')
                                    + (change.name().isEmpty() ? "" : ":" + change.name()))
                            .collect(Collectors.joining(",")));
        }
        return names;
    }
}
