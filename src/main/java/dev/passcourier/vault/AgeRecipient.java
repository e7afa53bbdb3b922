package dev.passcourier.vault;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
        super(recipient, null);
    }

    /**
     * Reads and judges a recipient.
     *
     * @param file   one line {@code age1…}, as {@code age-keygen -y} prints it; lines with # are comments
     * @param pinned the recipient itself, or null
     */
    static AgeRecipient read(Path file, @Nullable String pinned) throws KeyLoadException {
        List<String> lines = lines(file);
        if (lines.size() != 1 || !lines.get(0).matches(FORM)) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, "one line with an age recipient, age1…, is needed");
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
    byte[] seal(SignedParcel parcel, SigningIdentity identity) throws GeneralSecurityException, IOException {
        var out = new ByteArrayOutputStream(512 + parcel.signed().length());
        try (WritableByteChannel channel = new StandardEncryptingChannelFactory()
                .newEncryptingChannel(Channels.newChannel(out), List.of(writer(thumbprint())))) {
            channel.write(ByteBuffer.wrap(parcel.signed().borrow()));
        }
        return out.toByteArray();
    }

    private static RecipientStanzaWriter writer(String recipient) throws GeneralSecurityException {
        return X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
    }

    private static List<String> lines(Path file) throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(file);
        try {
            String text = new String(content, StandardCharsets.US_ASCII);
            if (text.contains("AGE-SECRET-KEY-")) {
                throw new KeyLoadException(
                        Code.KEY_IS_PRIVATE,
                        file,
                        "it holds an age identity; give its recipient, which age-keygen -y prints, and consider the"
                                + " identity exposed if it was sent to you");
            }
            return text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }
}
