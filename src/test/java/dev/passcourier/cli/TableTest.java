package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

class TableTest {

    private static final String ID = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";

    private final Table table = new Table("id", "instance", "lastReason")
            .row("chg-1", ID, "the cloud has no password for this machine yet, and is asked again")
            .row("chg-2", "short", null);

    @Test
    void givesEachRowALineWhereNobodyLooks() {
        assertThat(table.lines(Integer.MAX_VALUE, Ansi.OFF))
                .containsExactly(
                        "ID     INSTANCE                              LAST REASON",
                        "chg-1  " + ID + "  the cloud has no password for this machine yet, and is asked again",
                        "chg-2  short                                 -");
    }

    @Test
    void breaksWordsToFitATerminal() {
        assertThat(table.lines(80, Ansi.OFF))
                .startsWith(
                        "ID     INSTANCE                              LAST REASON",
                        "chg-1  " + ID + "  the cloud has no password for this",
                        " ".repeat(45) + "machine yet, and is asked again")
                .allMatch(line -> line.length() <= 80);
    }

    /** What is to be typed stands between two blanks, and stays on its line. */
    @Test
    void keepsTogetherWhatBelongsTogether() {
        for (int width = 10; width < 60; width++) {
            assertThat(new Table("says", "verdicts")
                            .row("say keyRing: spare  at an account", "249\u00a0DELIVERED, 1\u00a0NOT_FOUND")
                            .lines(width, Ansi.OFF))
                    .as("at %d", width)
                    .anyMatch(line -> line.contains("spare  at"))
                    .anyMatch(line -> line.contains("1 NOT_FOUND"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 50, 60, 80, 120})
    void neverBreaksAnIdThatSomebodyMayCopy(int width) {
        assertThat(String.join("\n", table.lines(width, Ansi.OFF))).contains(ID, "LAST REASON");
    }

    @Test
    void makesARecordOfEachRowWhereColumnsDoNotFit() {
        assertThat(new Table("id", "instance", "lastReason")
                        .row("chg-1", "0123456789012345", "is asked again at noon")
                        .row("chg-2", "i-2", null)
                        .lines(30, Ansi.OFF))
                .containsExactly(
                        "ID           chg-1",
                        "INSTANCE     0123456789012345",
                        "LAST REASON  is asked again at",
                        "             noon",
                        "",
                        "ID           chg-2",
                        "INSTANCE     i-2",
                        "LAST REASON  -");
    }

    @Test
    void givesWideCharactersTwoColumns() {
        assertThat(new Table("name", "state").row("\uBE44\uBC00", "on").lines(80, Ansi.OFF))
                .containsExactly("NAME  STATE", "\uBE44\uBC00  on");
    }

    @Test
    void coloursAValueWithoutMovingItsNeighbours() {
        table.style("id", id -> id.equals("chg-2") ? "red" : null);
        assertThat(table.lines(200, Ansi.ON).get(2)).startsWith("\u001b[31mchg-2\u001b[39m\u001b[0m  short ");
        assertThat(table.lines(200, Ansi.OFF).get(2)).startsWith("chg-2  short ");
    }

    @Test
    void showsWhatCouldSteerTheTerminal() {
        assertThat(new Table("id").row("a\u001b[2Jb\nc").lines(80, Ansi.OFF))
                .containsExactly("ID", "a\\u001b[2Jb\\u000ac");
    }

    @Test
    void keepsNumbersListsAndNothingApartForPrograms() {
        assertThat(new Table("n", "to", "code")
                        .row(3, List.of("a", "b"), null)
                        .json()
                        .toString())
                .isEqualTo("[{\"n\":3,\"to\":[\"a\",\"b\"],\"code\":null}]");
    }

    @Test
    void isNoFormulaToASpreadsheet() {
        assertThat(new Table("id", "says").row("=1+1", "a,b\"c").csv()).isEqualTo("id,says\r\n'=1+1,\"a,b\"\"c\"\r\n");
    }
}
