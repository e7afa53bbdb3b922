package dev.passcourier.vault;

/**
 * What may be told about a password that was looked at: classes so wide that they help nobody to guess it.
 *
 * @param length   how long it is
 * @param strength how hard it is to guess
 */
public record PasswordQuality(Length length, Strength strength) {

    /** How many characters. */
    public enum Length {
        /** Fewer than 8. */
        UNDER_8,
        /** 8 to 11. */
        FROM_8,
        /** 12 to 15. */
        FROM_12,
        /** 16 or more. */
        FROM_16
    }

    /** How hard it is to guess. */
    public enum Strength {
        /** Guessed in a short time: a known word, a pattern, too few characters. */
        WEAK,
        /** Withstands guessing over a network, not of a stolen hash. */
        FAIR,
        /** Withstands guessing of a stolen hash. */
        STRONG
    }
}
