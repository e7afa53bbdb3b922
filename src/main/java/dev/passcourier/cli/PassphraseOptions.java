package dev.passcourier.cli;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.vault.Passphrase;
import java.io.Console;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the passphrase of the recipient's key comes from. Never from the command line itself, which others can see. */
final class PassphraseOptions {

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "the key's passphrase is in this file (0600)")
    private @Nullable Path file;

    @Option(names = "--passphrase-env", paramLabel = "NAME", description = "… in this environment variable")
    private @Nullable String variable;

    @Option(names = "--passphrase-prompt", description = "… asked for on the terminal")
    private boolean prompt;

    /** Of a key that is there. */
    Passphrase source() {
        return prompt ? () -> ask("Passphrase: ") : written();
    }

    /** Asked for on the terminal, as nothing else was said. */
    static Passphrase prompt() {
        return () -> ask("Passphrase: ");
    }

    /** Of a key that is made now: typed twice, as a slip would lose the key. */
    Passphrase fresh() {
        return prompt ? PassphraseOptions::askTwice : written();
    }

    private Passphrase written() {
        return () -> new SecretRef(file != null ? "{{file:" + file + "}}" : "{{env:" + variable + "}}").read();
    }

    private static byte[] askTwice() throws ConfigurationException {
        byte[] first = ask("Passphrase: ");
        byte[] second = ask("Once more: ");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, (byte) 0);
        if (!same) {
            Arrays.fill(first, (byte) 0);
            throw new ConfigurationException("what was typed differs");
        }
        return first;
    }

    @SuppressWarnings("SystemConsoleNull") // from Java 22 on, it is the answer that is null without a terminal
    private static byte[] ask(String question) throws ConfigurationException {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("%s", question);
        if (typed == null) {
            throw new ConfigurationException("there is no terminal to ask on");
        }
        ByteBuffer encoded = ByteBuffer.allocate(4 * typed.length);
        StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(typed), encoded, true);
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(typed, '\0');
        Arrays.fill(encoded.array(), (byte) 0);
        return bytes;
    }
}
