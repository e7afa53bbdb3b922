package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        List<String> contents = new ArrayList<>();
        StringBuilder commands = new StringBuilder();
        add(Passcourier.commandLine(), contents, commands);
        page.append("\n")
                .append(String.join(" \u00B7\n", contents))
                .append("\n")
                .append(commands);
        if (Boolean.getBoolean("passcourier.regenerate")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("%s is stale; run: %s", PAGE, REGENERATE).hasContent(page.toString());
    }

    private static void add(CommandLine command, List<String> contents, StringBuilder page) {
        String name = command.getCommandSpec().qualifiedName();
        contents.add("[" + name + "](#" + name.replace(' ', '-') + ")");
        page.append("\n## ")
                .append(name)
                .append("\n\n```\n")
                .append(command.setUsageHelpWidth(100).getUsageMessage(Ansi.OFF).stripTrailing())
                .append("\n```\n");
        command.getSubcommands().values().stream()
                .filter(each -> !each.getCommandName().equals("help"))
                .forEach(each -> add(each, contents, page));
    }
}
