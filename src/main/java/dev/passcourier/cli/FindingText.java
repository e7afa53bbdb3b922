package dev.passcourier.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditCut;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditVerifier.Finding;
import dev.passcourier.audit.AuditVerifier.Signed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what was found in a trail. */
final class FindingText {

    private final Path trail;
    private final @Nullable Path archive;
    private final Finding finding;
    private final @Nullable AuditCut cut;

    FindingText(Path trail, @Nullable Path archive, Finding finding) {
        this.trail = trail;
        this.archive = archive;
        this.finding = finding;
        this.cut = finding.cut();
    }

    String lines() {
        List<String> lines = new ArrayList<>();
        AuditDamage damage = finding.damage();
        if (damage != null) {
            lines.add(place(damage) + ":" + damage.line() + ": " + damage.kind() + ": "
                    + damage.kind().meaning());
            lines.add(finding.records() + " records before this place are whole");
        } else {
            lines.add(trail + ": " + (cut == null || archive != null ? "" : "records " + (cut.last() + 1) + " to ")
                    + finding.records()
                    + (cut == null || archive != null ? " records, whole" : ", whole"));
        }
        if (cut != null) {
            lines.add("records 1 to " + cut.last() + " were archived by " + cut.at() + ", signed with key " + cut.key()
                    + (archive == null ? "; --archive DIR checks them too" : ": checked in " + archive));
        }
        if (finding.hash() != null) {
            lines.add("hash of record " + finding.records() + ": " + finding.hash());
        }
        if (finding.records() > 0) {
            lines.add(signatures());
        }
        if (finding.unfinished()) {
            lines.add("the last line is not finished: it is being written, or a kill tore it and the next start"
                    + " cuts it off");
        }
        return String.join(System.lineSeparator(), lines);
    }

    /** A file that is not beside the trail is one of the archive. */
    private Path place(AuditDamage damage) {
        Path beside = trail.resolve(damage.file());
        boolean isArchived =
                switch (damage.kind()) {
                    case ARCHIVE_MISSING, ARCHIVE_CHANGED -> true;
                    default -> !Files.exists(beside) && archive != null && Files.exists(archive.resolve(damage.file()));
                };
        return isArchived && archive != null ? archive.resolve(damage.file()) : beside;
    }

    private String signatures() {
        Signed signed = finding.signed();
        if (signed == null) {
            return "not signed: there is no checkpoint among them";
        }
        return "last checkpoint: record " + signed.sequence() + " at " + signed.at() + ", key " + signed.keyId() + "; "
                + finding.unsigned() + " records after it are not signed yet";
    }

    /** The same in one row. */
    Table table() {
        AuditDamage damage = finding.damage();
        Signed signed = finding.signed();
        return new Table(
                        "trail",
                        "whole",
                        "records",
                        "hash",
                        "unsigned",
                        "unfinished",
                        "checkpoint",
                        "archived",
                        "damage")
                .row(
                        trail,
                        damage == null,
                        finding.records(),
                        finding.hash(),
                        finding.unsigned(),
                        finding.unfinished(),
                        signed == null ? null : signed.sequence(),
                        cut == null ? null : cut.last(),
                        damage == null ? null : damage.file() + ":" + damage.line() + ": " + damage.kind());
    }

    ObjectNode json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("trail", trail.toString());
        json.put("whole", finding.damage() == null);
        json.put("records", finding.records());
        json.put("hash", finding.hash());
        json.put("unsigned", finding.unsigned());
        json.put("unfinished", finding.unfinished());
        Signed signed = finding.signed();
        if (signed != null) {
            json.putObject("checkpoint")
                    .put("record", signed.sequence())
                    .put("at", signed.at().toString())
                    .put("key", signed.keyId());
        }
        if (cut != null) {
            json.putObject("cut")
                    .put("record", cut.last())
                    .put("at", cut.at().toString())
                    .put("key", cut.key())
                    .put("archive", archive == null ? null : archive.toString());
        }
        AuditDamage damage = finding.damage();
        if (damage != null) {
            json.putObject("damage")
                    .put("file", damage.file())
                    .put("line", damage.line())
                    .put("kind", damage.kind().name())
                    .put("meaning", damage.kind().meaning());
        }
        return json;
    }
}
