package dev.passcourier.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.cli.OutputFormat;
import dev.passcourier.cli.Subcommand;
import dev.passcourier.sandbox.DemoClouds;
import dev.passcourier.sandbox.DemoFiles;
import dev.passcourier.sandbox.DemoInstance;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the pretend clouds until Ctrl-C, for rehearsals without a cloud account. */
@Command(
        name = "sandbox",
        description = "Runs four pretend clouds on this machine, for rehearsals without a cloud account.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier sandbox --port-base 18080",
            "",
            "Then copy passcourier-accounts.yaml into config/passcourier.yaml, let a rule",
            "of the policy grant the accounts, and ask for one of the instances shown."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:it was stopped",
            "  1:a port is taken, or the directory cannot be used",
            "  2:wrong usage",
            "130:it was stopped by Ctrl-C"
        })
public final class SandboxCommand implements Subcommand {

    private static final int LAST_PORT_BASE = 65535 - 5;
    private static final int MOST_INSTANCES = 100_000;

    @Option(
            names = "--port-base",
            paramLabel = "N",
            defaultValue = "0",
            description = "first of six ports in a row; ${DEFAULT-VALUE}, the default, takes any free ones")
    private int portBase;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "3",
            description = "ready instances per cloud, beside some in other states; default: ${DEFAULT-VALUE}")
    private int instances;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "data/sandbox",
            description = "where keys, secrets and the accounts snippet go; default: ${DEFAULT-VALUE}")
    private Path directory;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private OutputFormat output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        check("--port-base", portBase, LAST_PORT_BASE);
        check("--instances", instances, MOST_INSTANCES);
        try (DemoClouds clouds = DemoClouds.start(Clock.system(ZoneId.systemDefault()), portBase, instances)) {
            show(clouds, DemoFiles.write(directory, clouds));
            new CountDownLatch(1).await();
            return 0;
        } catch (InterruptedException e) {
            return 0;
        } catch (UncheckedIOException | IOException e) {
            spec.commandLine().getErr().println("The sandbox cannot start: " + e.getMessage());
            return 1;
        }
    }

    private void check(String option, int value, int most) {
        if (value < 0 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " must be from 0 to " + most);
        }
    }

    private void show(DemoClouds clouds, DemoFiles files) {
        PrintWriter out = spec.commandLine().getOut();
        if (output == OutputFormat.json) {
            out.println(json(clouds, files));
        } else {
            table(out, clouds, files);
        }
        out.flush();
        spec.commandLine().getErr().println("The sandbox is up. Ctrl-C stops it.");
    }

    private static void table(PrintWriter out, DemoClouds clouds, DemoFiles files) {
        out.printf("%-21s %-36s %s%n", "ACCOUNT", "ENDPOINT", "SIGN-IN");
        endpoints(clouds)
                .forEach((account, urls) ->
                        out.printf("%-21s %-36s %s%n", account, urls.get(0), urls.size() > 1 ? urls.get(1) : "-"));
        out.printf("%n%-21s %-36s %-38s %s%n", "ACCOUNT", "INSTANCE", "STATE", "PARAMETERS");
        for (DemoInstance each : clouds.instances()) {
            String parameters =
                    each.parameters().isEmpty() ? "-" : each.parameters().toString();
            out.printf("%-21s %-36s %-38s %s%n", each.account(), each.instance(), each.state(), parameters);
        }
        out.printf("%naccounts for config/passcourier.yaml: %s%n", files.accounts());
        out.printf("private keys and secrets it refers to: %s%n", files.directory());
        out.printf("pretend passwords, to compare:         %s%n", files.instances());
    }

    private static String json(DemoClouds clouds, DemoFiles files) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("endpoints", endpoints(clouds));
        all.put(
                "instances",
                clouds.instances().stream().map(SandboxCommand::shown).toList());
        all.put("accountsFile", files.accounts().toString());
        all.put("directory", files.directory().toString());
        all.put("passwordsFile", files.instances().toString());
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All but the password. */
    private static Map<String, Object> shown(DemoInstance instance) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("account", instance.account());
        shown.put("instance", instance.instance());
        shown.put("parameters", instance.parameters());
        shown.put("state", instance.state());
        return shown;
    }

    private static Map<String, List<String>> endpoints(DemoClouds clouds) {
        Map<String, List<String>> endpoints = new LinkedHashMap<>();
        endpoints.put(
                DemoClouds.KAKAO_ACCOUNT,
                List.of(clouds.kakaoCloud().baseUrl(), clouds.kakaoCloud().iamUrl()));
        endpoints.put(DemoClouds.ZSTACK_ACCOUNT, List.of(clouds.zStack().baseUrl()));
        endpoints.put(DemoClouds.GSE_ACCOUNT, List.of(clouds.tencentGse().baseUrl()));
        endpoints.put(
                DemoClouds.HUAWEI_ACCOUNT,
                List.of(clouds.huaweiEcs().baseUrl(), clouds.huaweiEcs().iamUrl()));
        return endpoints;
    }
}
