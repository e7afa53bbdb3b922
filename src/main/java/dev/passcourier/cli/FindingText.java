package dev.passcourier.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditVerifier.Finding;
import dev.passcourier.audit.AuditVerifier.Signed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Says what was found in a trail. */
final class FindingText {

    private final Path trail;
    private final Finding finding;

    FindingText(Path trail, Finding finding) {
        this.trail = trail;
        this.finding = finding;
    }

    String lines() {
        List<String> lines = new ArrayList<>();
        AuditDamage damage = finding.damage();
        if (damage != null) {
            lines.add(trail.resolve(damage.file()) + ":" + damage.line() + ": " + damage.kind() + ": "
                    + damage.kind().meaning());
            lines.add(finding.records() + " records before this place are whole");
        } else {
            lines.add(trail + ": " + finding.records() + " records, whole");
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
        return new Table("trail", "whole", "records", "hash", "unsigned", "unfinished", "checkpoint", "damage")
                .row(
                        trail,
                        damage == null,
                        finding.records(),
                        finding.hash(),
                        finding.unsigned(),
                        finding.unfinished(),
                        signed == null ? null : signed.sequence(),
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
