package dev.passcourier.vault;

import com.nulabinc.zxcvbn.Strength;
import com.nulabinc.zxcvbn.Zxcvbn;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rates a password with <a href="https://github.com/nulab/zxcvbn4j">zxcvbn</a>, which knows words, names, dates, patterns of
 * keyboards and passwords that were found in leaks. What we hand it and what it keeps is wiped; of parts that it compares
 * with its words it makes texts, which live until the next collection. Safe for use by many threads.
 */
final class PasswordRating {

    /** Of a longer one so many characters are rated: the time grows with the square of them, and so many are enough. */
    private static final int MOST_RATED = 64;

    /** Of zxcvbn's scores, 0 to 4: up to 10^8 guesses are 2, up to 10^10 are 3. */
    private static final int WEAK = 2;

    private static final int FAIR = 3;

    private static final Zxcvbn ZXCVBN = new Zxcvbn();

    private PasswordRating() {}

    static PasswordQuality of(SecretBytes password) {
        char[] characters = new char[password.length()];
        CharBuffer text = CharBuffer.wrap(characters);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password.borrow()), text, true);
            text.flip();
            return new PasswordQuality(length(Character.codePointCount(text, 0, text.length())), strength(text));
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    private static PasswordQuality.Length length(int characters) {
        if (characters < 8) {
            return PasswordQuality.Length.UNDER_8;
        }
        if (characters < 12) {
            return PasswordQuality.Length.FROM_8;
        }
        return characters < 16 ? PasswordQuality.Length.FROM_12 : PasswordQuality.Length.FROM_16;
    }

    private static PasswordQuality.Strength strength(CharBuffer text) {
        Strength measured = ZXCVBN.measure(text.subSequence(0, Math.min(MOST_RATED, text.length())));
        int score = measured.getScore();
        measured.wipe();
        if (score <= WEAK) {
            return PasswordQuality.Strength.WEAK;
        }
        return score == FAIR ? PasswordQuality.Strength.FAIR : PasswordQuality.Strength.STRONG;
    }
}
