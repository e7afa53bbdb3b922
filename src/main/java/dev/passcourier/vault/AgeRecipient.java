package dev.passcourier.vault;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recipient of age (age-encryption.org/v1) with an X25519 key. What is inside is the signed result as compact JWS: age
 * itself does not say who sealed.
 */
final class AgeRecipient extends RecipientKey {

    private static final String FORM = "age1[02-9ac-hj-np-z]{58}";

    private AgeRecipient(String recipient) {
        super(recipient, "X25519", null);
    }

    /**
     * Reads and judges a recipient.
     *
     * @param file   one line {@code age1…}, as {@code age-keygen -y} prints it; lines with # are comments
     * @param pinned the recipient itself, or null
     */
    static AgeRecipient read(Path file, byte[] content, @Nullable String pinned) throws KeyLoadException {
        List<String> lines = recipients(file, content);
        if (lines.size() > 1) {
            throw new KeyLoadException(
                    Code.KEY_FORMAT,
                    file,
                    "it holds " + lines.size() + " age recipients, and a result is sealed for one; give each a file, a"
                            + " name under recipients and a destination of its own");
        }
        if (!lines.get(0).matches(FORM)) {
            throw new KeyLoadException(
                    Code.KEY_DAMAGED, file, "its age recipient is not age1 and 58 characters; copy it again");
        }
        String recipient = lines.get(0);
        try {
            writer(recipient);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "a character of the age recipient is wrong");
        }
        demandPinned(file, pinned, recipient);
        return new AgeRecipient(recipient);
    }

    @Override
    String mediaType() {
        return Sealed.AGE;
    }

    @Override
    byte[] seal(RecipientKey.SignedParcel parcel, SigningIdentity identity)
            throws GeneralSecurityException, IOException {
        return seal(parcel.signed().borrow());
    }

    @Override
    byte[] seal(RecipientKey.Bundle bundle, SigningIdentity identity) throws GeneralSecurityException, IOException {
        return seal(bundle.zip());
    }

    /** Seals what is written; closing it leaves the other stream open. */
    OutputStream sealing(OutputStream out) throws GeneralSecurityException, IOException {
        OutputStream kept = new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
        return Channels.newOutputStream(new StandardEncryptingChannelFactory()
                .newEncryptingChannel(Channels.newChannel(kept), List.of(writer(thumbprint()))));
    }

    private byte[] seal(byte[] content) throws GeneralSecurityException, IOException {
        var out = new ByteArrayOutputStream(512 + content.length);
        try (WritableByteChannel channel = new StandardEncryptingChannelFactory()
                .newEncryptingChannel(Channels.newChannel(out), List.of(writer(thumbprint())))) {
            channel.write(ByteBuffer.wrap(content));
        }
        return out.toByteArray();
    }

    private static RecipientStanzaWriter writer(String recipient) throws GeneralSecurityException {
        return X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
    }

    private static List<String> recipients(Path file, byte[] content) throws KeyLoadException {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            if (found.kind() != KeyFileKind.AGE_RECIPIENT) {
                throw refusal(file, found.kind());
            }
            return new String(found.bytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.strip().startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.strip().split("[\\s,]+")))
                    .filter(word -> word.startsWith("age1"))
                    .toList();
        }
    }

    private static KeyLoadException refusal(Path file, KeyFileKind kind) {
        String make =
                "make a key with age-keygen -o key.txt, and give the line age1… that age-keygen -y key.txt prints";
        return switch (kind) {
            case AGE_PLUGIN_RECIPIENT, SSH_PUBLIC ->
                new KeyLoadException(
                        Code.KEY_FORMAT,
                        file,
                        "it is " + kind.words() + ", which age itself takes and this format does not; " + make);
            default -> PublicKeyFile.refusal(file, kind, "an age recipient is needed: " + make);
        };
    }
}
