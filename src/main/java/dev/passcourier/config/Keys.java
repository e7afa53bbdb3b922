package dev.passcourier.config;

/** Key paths as operators read them: {@code destinations.hook.secrets[0]}. */
final class Keys {

    private static final int LONGEST_NAME = 64;

    private Keys() {}

    /** A key in a section. Names are cut and stripped of what could upset a terminal. */
    static String of(String section, String name) {
        String shown = name.replaceAll("[^\\p{Graph}\\p{L} ]", "?");
        shown = shown.length() > LONGEST_NAME ? shown.substring(0, LONGEST_NAME) : shown;
        return section.isEmpty() ? shown : section + "." + shown;
    }

    /** An item of a list. */
    static String of(String list, int index) {
        return list + "[" + index + "]";
    }

    /** What holds the key; empty for a top-level one. */
    static String parent(String key) {
        int end = Math.max(key.lastIndexOf('.'), key.lastIndexOf('['));
        return end < 0 ? "" : key.substring(0, end);
    }
}
