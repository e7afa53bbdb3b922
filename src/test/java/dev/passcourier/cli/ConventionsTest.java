package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands speak the same way. */
class ConventionsTest {

    /** Options that mean one thing wherever they are, and the end of their help. */
    private static final List<String> SHARED =
            List.of("--output", "--quiet", "--config", "--data", "--wait", "--account", "--destination", "--help");

    private final StringWriter err = new StringWriter();

    @TestFactory
    Stream<DynamicTest> everyCommandSaysHowItEndsAndGivesAnExample() {
        return commands()
                .filter(command -> command.subcommands().isEmpty())
                .map(command -> test(command, () -> {
                    assertThat(command.usageMessage().exitCodeList().keySet().stream()
                                    .map(String::strip))
                            .as("exit codes in the help; those of ExitCode only")
                            .isNotEmpty()
                            .isSubsetOf("0", "1", "2", "3", "4", "130", "143");
                    assertThat(String.join("\n", command.usageMessage().footer()))
                            .as("an example in the help's footer")
                            .contains(
                                    "passcourier " + command.qualifiedName(" ").replace("passcourier ", ""));
                }));
    }

    /** A line that the help breaks cannot be pasted into a shell. */
    @TestFactory
    Stream<DynamicTest> theHelpBreaksNoLineOfAnExample() {
        return commands()
                .map(command -> test(command, () -> assertThat(command.commandLine()
                                .setUsageHelpWidth(80)
                                .getUsageMessage(CommandLine.Help.Ansi.OFF)
                                .lines()
                                .toList())
                        .as("a longer example goes on after a \\ at the end of the line")
                        .containsAll(List.of(command.usageMessage().footer()))));
    }

    @TestFactory
    Stream<DynamicTest> anOptionMeansTheSameInEveryCommand() {
        return SHARED.stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Set<String> meanings = new TreeSet<>();
                    commands()
                            .filter(command -> command.optionsMap().containsKey(name))
                            .map(command -> command.optionsMap().get(name))
                            .forEach(option ->
                                    meanings.add(option.paramLabel() + ": " + String.join(" ", option.description())));
                    assertThat(meanings)
                            .as("what %s means. Take the mixin Output, SettingsPlace or DataPlace", name)
                            .hasSize(1);
                }));
    }

    /** So a command loads no other's classes. */
    @TestFactory
    Stream<DynamicTest> aLineThatBeginsWithACommandKnowsItAlone() {
        return Passcourier.commandLine().getSubcommands().keySet().stream()
                .filter(name -> !Set.of("completion", "help", "demo", "sandbox").contains(name))
                .map(name -> DynamicTest.dynamicTest(name, () -> assertThat(
                                Passcourier.commandLine(name, "--help").getSubcommands())
                        .containsOnlyKeys(name)));
    }

    @ParameterizedTest
    @CsvSource({"completion bash", "help get", "--help", "--version get", "nonsense", "demo"})
    void anyOtherLineKnowsAllCommands(String typed) {
        assertThat(Passcourier.commandLine(typed.split(" ")).getSubcommands())
                .hasSameSizeAs(Passcourier.commandLine().getSubcommands());
    }

    @TestFactory
    Stream<DynamicTest> everyOptionIsExplained() {
        return commands()
                .map(command -> test(command, () -> {
                    for (OptionSpec option : command.options()) {
                        assertThat(option.description())
                                .as(option.longestName())
                                .isNotEmpty();
                    }
                }));
    }

    @ParameterizedTest
    @CsvSource({
        "redrve, passcourier redrive",
        "validte, passcourier validate",
        "validate --confg x, --config",
        "redrive --queue faild, did you mean 'failed'"
    })
    void suggestsWhatWasMeant(String typed, String meant) {
        assertThat(execute(typed.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(meant);
    }

    @TestFactory
    Stream<DynamicTest> saysWhatIsMistypedInAFewLines() {
        return commands()
                .map(command -> test(command, () -> {
                    String typed = command.qualifiedName() + " --nonsense";
                    err.getBuffer().setLength(0);
                    assertThat(execute(typed.substring("passcourier ".length()).split(" ")))
                            .isEqualTo(2);
                    assertThat(err.toString().lines())
                            .hasSizeLessThan(5)
                            .contains("see  " + command.qualifiedName() + " --help");
                }));
    }

    /** What follows may be a time, or what the command is about. */
    @Test
    void waitTakesATimeOrNone() {
        assertThat(execute("submit", "--wait", "20min", "batch.csv")).isEqualTo(2);
        assertThat(err.toString()).contains("'20min' is no time such as 90s, 20m or 2h");
        assertThat(execute("submit", "--wait", "nowhere.csv")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.csv: cannot be read");
        assertThat(execute("submit", "--results", "r.csv", "nowhere.csv")).isEqualTo(2);
        assertThat(err.toString()).contains("--results needs --wait");
        assertThat(execute("submit", "--wait=5m", "--results", "r.xlsx", "nowhere.csv"))
                .isEqualTo(2);
        assertThat(err.toString()).contains(".csv or .ndjson");
    }

    @Test
    void onlyOutputFormatsThatThereAreAreTaken() {
        assertThat(execute("validate", "--output", "xml")).isEqualTo(2);
        assertThat(err.toString()).contains("expected table, json or csv");
    }

    private int execute(String... arguments) {
        return Passcourier.commandLine(arguments)
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static DynamicTest test(CommandSpec command, org.junit.jupiter.api.function.Executable check) {
        return DynamicTest.dynamicTest(command.qualifiedName(), check);
    }

    private static Stream<CommandSpec> commands() {
        List<CommandSpec> all = new ArrayList<>();
        collect(Passcourier.commandLine(), all);
        return all.stream().filter(command -> !command.name().equals("help"));
    }

    private static void collect(CommandLine command, List<CommandSpec> all) {
        all.add(command.getCommandSpec());
        command.getSubcommands().values().forEach(each -> collect(each, all));
    }
}
