package dev.passcourier.sandbox;

import java.security.SecureRandom;
import java.util.UUID;

/** Fresh ids and pretend credentials. They open nothing but the sandbox that made them. */
final class Names {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private Names() {}

    static String uuid() {
        return UUID.randomUUID().toString();
    }

    static String hex32() {
        return uuid().replace("-", "");
    }

    static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
