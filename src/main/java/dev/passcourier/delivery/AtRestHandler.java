package dev.passcourier.delivery;

import jakarta.activation.DataHandler;
import jakarta.activation.DataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Opens a result while the mail's part is written to the server, and wipes behind itself. */
final class AtRestHandler extends DataHandler {

    private final AtRestResult result;

    AtRestHandler(AtRestResult result) {
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
            return OutboxItems.JSON;
        }

        @Override
        public String getName() {
            return "";
        }
    }
}
