package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.request.TestSigner;
import dev.passcourier.request.Verdict;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signed request serves once, whoever sends it again and whenever. */
class SignedOnceTest {

    private static final String ID = "signed-1";

    @TempDir
    private Path directory;

    @Test
    void theSameSignatureIsRefusedBeforeAndAfterARestart() throws Exception {
        TestSigner ci = TestSigner.es256();
        try (Whole whole = Whole.prepare(directory)
                .settings(Whole::withoutSchedules)
                .settings(text -> text + "  signers:\n    ci: {key: signers/ci.jwk}\n  signed: [jms]\n")) {
            ci.publicKey(Files.createDirectory(whole.home().resolve("signers")).resolve("ci.jwk"));
            whole.start();
            String request = Whole.request(ID, "kakao", DemoWorld.KAKAO, "tickets");
            String signed = ci.request("ci", ID, Instant.now().plusSeconds(600), request);

            whole.send(signed);
            assertThat(whole.ended(ID).verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(whole.ticket(ID).getStringProperty("kind")).isEqualTo("RESULT");

            whole.send(signed);
            isRefused(whole.ticket(ID));
            whole.stop();
            whole.start();
            whole.send(signed);
            isRefused(whole.ticket(ID));
            whole.send(ci.request("ci", ID, Instant.now().plusSeconds(700), request));
            isRefused(whole.ticket(ID));

            assertThat(whole.audited(AuditEvent.Type.OPENED)).hasSize(1);
            assertThat(whole.audited(AuditEvent.Type.ENDED))
                    .extracting(record -> record.event().facts().get(Fact.CODE))
                    .containsExactly("DUPLICATE_REQUEST", "DUPLICATE_REQUEST", "DUPLICATE_REQUEST");
            assertThat(whole.row(ID).orElseThrow().verdict()).isEqualTo(Verdict.DELIVERED);
        }
    }

    private static void isRefused(TextMessage message) throws Exception {
        assertThat(message.getStringProperty("kind")).isEqualTo("NOTICE");
        assertThat(message.getText()).contains("REFUSED", "DUPLICATE_REQUEST");
    }
}
