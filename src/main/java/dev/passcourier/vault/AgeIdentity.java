package dev.passcourier.vault;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.bech32.Bech32;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/** An age identity: the line {@code AGE-SECRET-KEY-1…} of a file that {@code age-keygen} made. */
final class AgeIdentity extends RecipientPrivateKey {

    private static final byte[] MARK = "AGE-SECRET-KEY-1".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH = 74;

    private final RecipientStanzaReader reader;

    private AgeIdentity(String recipient, RecipientStanzaReader reader) {
        super(recipient);
        this.reader = reader;
    }

    /** Reads the only identity. The library reads strings, which cannot be wiped. */
    static AgeIdentity load(Path file, byte[] content) throws KeyLoadException {
        int start = ResultMimeEntity.indexOf(content, MARK, 0);
        if (ResultMimeEntity.indexOf(content, MARK, start + 1) >= 0) {
            throw new KeyLoadException(
                    Code.KEY_FORMAT, file, "it holds several age identities; give a file with the one that is meant");
        }
        String identity =
                new String(content, start, Math.min(LENGTH, content.length - start), StandardCharsets.US_ASCII);
        try {
            return new AgeIdentity(
                    recipient(identity), X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its AGE-SECRET-KEY-1… line is damaged");
        }
    }

    @Override
    SecretBytes open(byte[] sealed, @Nullable ECKey signer) throws NotOpenedException {
        if (ContainerFormat.of(sealed) != ContainerFormat.AGE) {
            throw new NotOpenedException(
                    ContainerFormat.of(sealed) == ContainerFormat.JOSE ? Reason.MALFORMED : Reason.NOT_FOR_THIS_KEY);
        }
        try (InputStream in = opening(new ByteArrayInputStream(sealed));
                var out = new SecretBuffer(8192)) {
            in.transferTo(out);
            return out.toSecret();
        } catch (UnsupportedRecipientStanzaException e) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new NotOpenedException(Reason.ALTERED);
        }
    }

    /** What is sealed for this identity. */
    InputStream opening(InputStream sealed) throws IOException, GeneralSecurityException {
        return Channels.newInputStream(new StandardDecryptingChannelFactory()
                .newDecryptingChannel(Channels.newChannel(sealed), List.of(reader)));
    }

    private static String recipient(String identity) {
        byte[] scalar = Bech32.getDecoder().decode(identity).getData();
        byte[] point = new byte[X25519.POINT_SIZE];
        X25519.scalarMultBase(scalar, 0, point, 0);
        Arrays.fill(scalar, (byte) 0);
        return Bech32.getEncoder().encode("age", point).toString().toLowerCase(Locale.ROOT);
    }
}
