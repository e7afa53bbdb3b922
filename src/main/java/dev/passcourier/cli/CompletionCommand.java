package dev.passcourier.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete our commands, options and values. */
@Command(
        name = "completion",
        description = {
            "Prints a script with which bash or zsh completes commands, options and their values.",
            "For good, write it where the shell looks: bash-completion reads"
                    + " ~/.local/share/bash-completion/completions/passcourier, and zsh what ~/.zshrc sources."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "2:wrong usage"},
        footerHeading = "%nExamples:%n",
        footer = {"  passcourier completion bash", "  source <(passcourier completion zsh)"})
final class CompletionCommand implements Callable<Integer> {

    /** In lower case, as they are typed. */
    private enum Shell {
        bash,
        /** Takes bash's script, which loads what zsh needs for it. */
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine all = Objects.requireNonNull(spec.parent()).commandLine();
        spec.commandLine().getOut().print(AutoComplete.bash("passcourier", all));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
