package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Keeps the page of all commands that we ship in step with the commands. */
class CommandsPageTest {

    private static final String REGENERATE = "mvn -q test -Dtest=CommandsPageTest -Dpasscourier.regenerate=true";
    private static final Path PAGE = Path.of("config/COMMANDS.md");

    @Test
    void theShippedPageSaysWhatEachCommandsHelpSays() throws Exception {
        StringBuilder page = new StringBuilder("""
                # Commands

                What `--help` says, of each command. What all have in common is in [Operating](OPERATING.md#commands). This page is
                generated from the commands.
                """);
        add(Passcourier.commandLine(), page);
        if (Boolean.getBoolean("passcourier.regenerate")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("%s is stale; run: %s", PAGE, REGENERATE).hasContent(page.toString());
    }

    private static void add(CommandLine command, StringBuilder page) {
        page.append("\n## ")
                .append(command.getCommandSpec().qualifiedName())
                .append("\n\n```\n")
                .append(command.setUsageHelpWidth(100).getUsageMessage(Ansi.OFF).stripTrailing())
                .append("\n```\n");
        command.getSubcommands().values().stream()
                .filter(each -> !each.getCommandName().equals("help"))
                .forEach(each -> add(each, page));
    }
}
