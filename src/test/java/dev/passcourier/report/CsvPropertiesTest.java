package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

class CsvPropertiesTest {

    @Property
    void anyTextIsOneCellThatIsNoFormula(
            @ForAll String id, @ForAll("tricky") String account, @ForAll @StringLength(max = 50) String code) {
        LineResult line = new LineResult(
                1, id, account, id, Verdict.FAILED, code, Instant.EPOCH, Instant.EPOCH, 1, List.of(), null);
        String csv = new ResultsCsv(ZoneOffset.UTC).of(List.of(line));
        List<CsvRecord> records;
        try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(csv)) {
            records = reader.stream().toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThat(records).hasSize(2);
        List<String> cells = records.get(1).getFields();
        assertThat(cells).hasSize(12);
        assertThat(cells).noneMatch(cell -> !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0);
        assertThat(cells.get(1)).isIn(id, "'" + id);
        assertThat(cells.get(2)).isIn(account, "'" + account);
        assertThat(cells.get(5)).isIn(code, "'" + code);
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<String> tricky() {
        return net.jqwik.api.Arbitraries.strings()
                .withChars('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', '\'', 'a', ';')
                .ofMaxLength(6);
    }
}
