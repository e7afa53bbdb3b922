package dev.passcourier.provider;

import dev.passcourier.config.ConfigurationException;
import java.lang.reflect.Modifier;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.camel.support.scan.DefaultPackageScanClassResolver;

/**
 * The providers on the class path, found by looking: ours below this package, and those that jars name as services. There is
 * no list to edit.
 */
public final class ProviderCatalog {

    private static final String ROOM = ProviderCatalog.class.getPackageName();
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private ProviderCatalog() {}

    /**
     * Finds every provider below this package, in class folders and in jars, and every one that a jar names in
     * {@code META-INF/services/dev.passcourier.provider.ProviderType}.
     *
     * @return unmodifiable, by id
     * @throws IllegalStateException if two providers share an id, or one cannot be made or lacks a part; its cause is a
     *                               {@link ConfigurationException} that says which and where
     */
    public static SortedMap<String, ProviderType> find() {
        SortedMap<String, ProviderType> providers = new TreeMap<>();
        for (Class<?> found : new DefaultPackageScanClassResolver().findImplementations(ProviderType.class, ROOM)) {
            if (isProvider(found)) {
                add(make(found), providers);
            }
        }
        try {
            ServiceLoader.load(ProviderType.class).stream()
                    .map(ProviderCatalog::ofJar)
                    .forEach(provider -> add(provider, providers));
        } catch (ServiceConfigurationError e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
        return Collections.unmodifiableSortedMap(providers);
    }

    /**
     * Where Camel finds the route templates that providers in jars bring, beside their classes.
     *
     * @param providers those whose templates are wanted
     * @return as {@code classpath:} locations
     */
    public static List<String> templates(Collection<ProviderType> providers) {
        List<String> templates = new ArrayList<>();
        for (ProviderType provider : providers) {
            String name = provider.id() + ".camel.yaml";
            if (provider.getClass().getResource(name) != null) {
                templates.add(
                        "classpath:" + provider.getClass().getPackageName().replace('.', '/') + "/" + name);
            }
        }
        return templates;
    }

    /** One that a jar names, with its schema and its route template beside it. */
    private static ProviderType ofJar(ServiceLoader.Provider<ProviderType> found) {
        Class<? extends ProviderType> type = found.type();
        ProviderType provider;
        String id;
        try {
            provider = found.get();
            id = String.valueOf(provider.id());
        } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw unusable(name(type) + " cannot be made: " + cause.getClass().getName());
        }
        if (!ID.matcher(id).matches()) {
            throw unusable(name(type) + " calls itself '" + id + "': an id has small letters, digits and dashes");
        }
        for (String part : List.of(id + ".schema.json", id + ".camel.yaml")) {
            if (type.getResource(part) == null) {
                throw unusable(name(type) + " has no " + type.getPackageName().replace('.', '/') + "/" + part);
            }
        }
        return provider;
    }

    /** With the jar that it is in. */
    private static String name(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        String place =
                source == null ? "" : String.valueOf(source.getLocation()).replaceFirst("^file:", "") + ": ";
        return place + "the provider " + type.getName();
    }

    private static IllegalStateException unusable(String message) {
        return new IllegalStateException(message, new ConfigurationException(message));
    }

    private static boolean isProvider(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && !Modifier.isAbstract(type.getModifiers())
                && type.getConstructors().length > 0;
    }

    private static ProviderType make(Class<?> type) {
        try {
            return (ProviderType) type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " needs a public constructor without arguments", e);
        }
    }

    private static void add(ProviderType provider, SortedMap<String, ProviderType> providers) {
        ProviderType other = providers.putIfAbsent(provider.id(), provider);
        if (other != null && other.getClass() != provider.getClass()) {
            throw unusable("two providers call themselves " + provider.id() + ": " + name(other.getClass()) + ", and "
                    + name(provider.getClass()));
        }
    }
}
