package dev.passcourier.extension;

import dev.passcourier.config.Settings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Expression;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.Predicate;
import org.apache.camel.impl.engine.DefaultClassResolver;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.impl.engine.DefaultLanguageResolver;
import org.apache.camel.language.simple.FileLanguage;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.Language;
import org.apache.camel.spi.LanguageResolver;
import org.apache.camel.spi.PropertiesFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a context of local routes can find at run time, whatever a file or a header says: only components that the settings
 * open, only harmless languages, of the simple language only functions that read the message in hand, and no class of ours
 * or of the Java runtime by name.
 */
final class Confinement {

    /** Reach nothing outside. */
    static final Set<String> ALWAYS = Set.of("direct", "log", "seda", "timer");

    /** Run code by name, or reach into a context. */
    static final Set<String> NEVER = Set.of(
            "bean",
            "class",
            "controlbus",
            "dataformat",
            "exec",
            "groovy",
            "jolokia",
            "kamelet",
            "language",
            "ref",
            "rest-api",
            "script",
            "spring-event");

    private static final Set<String> LANGUAGES =
            Set.of("constant", "exchangeProperty", "header", "jq", "jsonpath", "tokenize", "variable");

    private static final Pattern FUNCTION = Pattern.compile("\\$(?:simple)?\\{(.*?)(?:}|$)", Pattern.DOTALL);

    private static final String NAME = "[A-Za-z0-9_-]+";

    private static final Pattern HARMLESS = Pattern.compile("body"
            + "|(bodyAs|mandatoryBodyAs)\\((String|byte\\[])\\)"
            + "|(in\\.)?headers?(\\." + NAME + "|\\[" + NAME + "])"
            + "|variables?(\\.(parameter\\.)?" + NAME + "|\\[" + NAME + "])"
            + "|exchangeProperty(\\." + NAME + "|\\[" + NAME + "])"
            + "|exchangeId|messageId|id|routeId|fromRouteId|messageTimestamp|exception\\.message"
            + "|date:[A-Za-z0-9 :.'+_/-]+|uuid(\\([a-z]*\\))?|random\\([0-9, ]+\\)|null|empty(\\([a-z]*\\))?"
            + "|file:(name|name\\.noext|name\\.ext|ext|onlyname|onlyname\\.noext|parent|path|size|modified|length)");

    /** Those that say nothing but the name of the file in hand below its directory, a date, or an id. */
    private static final Pattern NAMING =
            Pattern.compile("file:(name|name\\.noext|name\\.ext|ext|onlyname|onlyname\\.noext"
                    + "|size|modified|length)|date:.*|uuid.*|random.*|exchangeId|messageId|id|routeId|null");

    private static final Set<String> JAVA = Set.of(
            "java.lang.String",
            "java.lang.Object",
            "java.lang.Integer",
            "java.lang.Long",
            "java.lang.Boolean",
            "java.lang.Double",
            "java.io.InputStream",
            "byte[]",
            "[B");

    private static final Pattern FAILURE = Pattern.compile("java(\\.[a-z]+)+\\.[A-Za-z]+Exception");

    /** Functions of placeholders that read what is outside of a context. */
    private static final List<String> OUTSIDE =
            List.of("bean", "env", "sys", "service", "service.host", "service.name", "service.port");

    private Confinement() {}

    /** Whether the settings let routes use the component. */
    static boolean isOpen(String component, Settings.Local local) {
        return !NEVER.contains(component)
                && (ALWAYS.contains(component) || local.components().contains(component));
    }

    /** The first function of the simple language in a text that does more than read the message in hand. */
    static Optional<String> refused(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        if (text.contains("resource:")) {
            return Optional.of("resource");
        }
        Matcher functions = FUNCTION.matcher(text);
        while (functions.find()) {
            if (!HARMLESS.matcher(functions.group(1)).matches()) {
                return Optional.of(functions.group(1));
            }
        }
        return Optional.empty();
    }

    /** The first function of the simple language in a text by which the content of a message would name a file. */
    static Optional<String> refusedInNames(String text) {
        return FUNCTION.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(function -> !NAMING.matcher(function).matches())
                .findFirst();
    }

    /** Confines a context that has not been started. */
    static void of(CamelContext camel, Settings.Local local) {
        ExtendedCamelContext context = camel.getCamelContextExtension();
        camel.setClassResolver(new Classes(camel));
        context.addContextPlugin(ComponentResolver.class, new Components(local));
        context.addContextPlugin(LanguageResolver.class, new Languages());
        OUTSIDE.forEach(name -> camel.getPropertiesComponent().addPropertiesFunction(new Outside(name)));
    }

    /** In the place of Camel's own function of this name. */
    private record Outside(String getName) implements PropertiesFunction {

        @Override
        public @Nullable String apply(String remainder) {
            throw new IllegalArgumentException("{{" + getName + ":...}} is not for routes in routes/local");
        }
    }

    private static final class Components implements ComponentResolver {

        private final ComponentResolver all = new DefaultComponentResolver();
        private final Settings.Local local;

        Components(Settings.Local local) {
            this.local = local;
        }

        @Override
        public @Nullable Component resolveComponent(String name, CamelContext context) throws Exception {
            if (!isOpen(name, local)) {
                return null;
            }
            return name.equals("file")
                    ? new LocalFileComponent(local.directories())
                    : all.resolveComponent(name, context);
        }
    }

    private static final class Languages implements LanguageResolver {

        private final LanguageResolver all = new DefaultLanguageResolver();

        @Override
        public Language resolveLanguage(String name, CamelContext context) throws NoSuchLanguageException {
            if (name.equals("simple") || name.equals("file")) {
                SimpleLanguage language = name.equals("file") ? new HarmlessFile() : new HarmlessSimple();
                language.setCamelContext(context);
                language.init();
                return language;
            }
            if (!LANGUAGES.contains(name)) {
                throw new NoSuchLanguageException(name);
            }
            return all.resolveLanguage(name, context);
        }
    }

    private static void demand(@Nullable String text) {
        refused(text).ifPresent(function -> {
            throw new IllegalArgumentException("${" + function + "} is not for routes in routes/local");
        });
    }

    private static final class HarmlessSimple extends SimpleLanguage {

        @Override
        public Predicate createPredicate(String expression) {
            demand(expression);
            return super.createPredicate(expression);
        }

        @Override
        public Predicate createPredicate(String expression, Object[] properties) {
            demand(expression);
            return super.createPredicate(expression, properties);
        }

        @Override
        public Expression createExpression(String expression) {
            demand(expression);
            return super.createExpression(expression);
        }

        @Override
        public Expression createExpression(String expression, Object[] properties) {
            demand(expression);
            return super.createExpression(expression, properties);
        }
    }

    private static final class HarmlessFile extends FileLanguage {

        @Override
        public Predicate createPredicate(String expression) {
            demand(expression);
            return super.createPredicate(expression);
        }

        @Override
        public Expression createExpression(String expression) {
            demand(expression);
            return super.createExpression(expression);
        }

        @Override
        public Predicate createPredicate(String expression, Object[] properties) {
            demand(expression);
            return super.createPredicate(expression, properties);
        }

        @Override
        public Expression createExpression(String expression, Object[] properties) {
            demand(expression);
            return super.createExpression(expression, properties);
        }
    }

    /** Camel's own classes, those of jars in {@code lib/ext}, and of the Java runtime what holds text, numbers or bytes. */
    private static final class Classes extends DefaultClassResolver {

        Classes(CamelContext camel) {
            super(camel);
        }

        @Override
        public @Nullable Class<?> resolveClass(String name) {
            return isNamable(name) ? super.resolveClass(name) : null;
        }

        @Override
        public <T> @Nullable Class<T> resolveClass(String name, Class<T> type) {
            return isNamable(name) ? super.resolveClass(name, type) : null;
        }

        @Override
        public @Nullable Class<?> resolveClass(String name, ClassLoader loader) {
            return isNamable(name) ? super.resolveClass(name, loader) : null;
        }

        @Override
        public <T> @Nullable Class<T> resolveClass(String name, Class<T> type, ClassLoader loader) {
            return isNamable(name) ? super.resolveClass(name, type, loader) : null;
        }

        private static boolean isNamable(String name) {
            String plain = name.strip();
            return JAVA.contains(plain)
                    || FAILURE.matcher(plain).matches()
                    || List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "dev.passcourier.").stream()
                            .noneMatch(plain::startsWith);
        }
    }
}
