package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.provider.ProviderCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/** How Camel is set up, for the service and for the check of its routes alike. */
final class CamelSetup {

    /** The pattern that stands for no route file. */
    static final String NO_ROUTES = "false";

    /** Where route files are, below the home. */
    private static final List<String> FOLDERS = List.of("routes", "routes/provider", "routes/delivery");

    private CamelSetup() {}

    /** Camel's own settings. */
    static Path settings(Path home) {
        return home.resolve("config/application.properties");
    }

    /**
     * Camel that reads its settings and the route files of a pattern, and nothing of its surroundings.
     *
     * @param routes a pattern of {@code camel.main.routesIncludePattern}
     */
    static Main main(Path home, Settings settings, String routes) {
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:" + settings(home));
        main.configure().setAutoConfigurationEnvironmentVariablesEnabled(false);
        main.configure().setAutoConfigurationSystemPropertiesEnabled(false);
        main.addOverrideProperty("camel.security.policy", "fail");
        main.addOverrideProperty("camel.main.routesIncludePattern", routes);
        main.addOverrideProperty("passcourier.intake-queue", BrokerLink.intakeQueue(settings));
        main.addOverrideProperty(
                "passcourier.intake-consumers",
                String.valueOf(settings.sources().jms().concurrency()));
        main.addMainListener(new OurPlaceholders());
        return main;
    }

    /** The pattern of all route files, and of the templates that providers in jars bring. */
    static String routes(Path home) throws ConfigurationException {
        List<String> patterns = new ArrayList<>();
        for (Path folder : folders(home)) {
            patterns.add("file:" + folder + "/*.camel.yaml");
        }
        patterns.addAll(ProviderCatalog.templates(ProviderCatalog.find().values()));
        return String.join(",", patterns);
    }

    /** The folders of route files. Camel does not look behind a link to a folder, and would start without its routes. */
    static List<Path> folders(Path home) throws ConfigurationException {
        List<Path> folders = new ArrayList<>();
        for (String name : FOLDERS) {
            try {
                folders.add(home.resolve(name).toRealPath());
            } catch (IOException e) {
                throw new ConfigurationException(
                        home.resolve(name) + ": is not there or cannot be read; it holds the routes that are shipped");
            }
        }
        return folders;
    }

    /** Placeholders in routes are ours to fill: {@code PASSCOURIER_INTAKE_QUEUE} must not move the intake. */
    private static final class OurPlaceholders extends MainListenerSupport {

        @Override
        public void beforeInitialize(BaseMainSupport initializing) {
            PropertiesComponent placeholders =
                    (PropertiesComponent) initializing.getCamelContext().getPropertiesComponent();
            placeholders.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
            placeholders.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        }
    }
}
