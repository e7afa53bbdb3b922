package dev.passcourier.delivery;

import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.vault.VaultException;
import jakarta.activation.DataHandler;
import jakarta.activation.DataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** A result under the at-rest seal that is opened only while it is written out, as often as it is written out. */
final class AtRestResult {

    private static final int BUFFER = 4096;

    private final AtRestOpener opener;
    private final OutboxItem item;

    AtRestResult(AtRestOpener opener, OutboxItem item) {
        this.opener = opener;
        this.item = item;
    }

    /**
     * Opens it.
     *
     * @return a stream that wipes on close
     * @throws UnopenedException if the seal does not open
     */
    InputStream open() throws UnopenedException {
        try {
            return opener.open(item.body(), item.deliveryId());
        } catch (VaultException e) {
            throw new UnopenedException(e.code());
        }
    }

    /** Opens it, writes it and wipes every copy of ours. */
    void writeTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    /** As the content of a mail's part, opened while the mail is written to the server. */
    DataHandler handler() {
        return new Handler(this);
    }

    /** Opens a result while the mail's part is written to the server, and wipes behind itself. */
    private static final class Handler extends DataHandler {

        private final AtRestResult result;

        Handler(AtRestResult result) {
            super(new Source(result));
            this.result = result;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            result.writeTo(out);
        }

        private record Source(AtRestResult result) implements DataSource {

            @Override
            public InputStream getInputStream() throws IOException {
                return result.open();
            }

            @Override
            public OutputStream getOutputStream() {
                throw new UnsupportedOperationException();
            }

            @Override
            public String getContentType() {
                return OutboxItem.JSON;
            }

            @Override
            public String getName() {
                return "";
            }
        }
    }

    /** The at-rest seal does not open: the delivery can never be made. */
    static final class UnopenedException extends IOException {

        private static final long serialVersionUID = 1L;

        private final VaultException.Code code;

        UnopenedException(VaultException.Code code) {
            super(code.name());
            this.code = code;
        }

        VaultException.Code code() {
            return code;
        }
    }
}
