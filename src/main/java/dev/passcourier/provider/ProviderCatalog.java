package dev.passcourier.provider;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.camel.support.scan.DefaultPackageScanClassResolver;

/**
 * The providers on the class path, found by looking: ours below this package, and those that jars name as services. There is
 * no list to edit.
 */
public final class ProviderCatalog {

    private static final String ROOM = ProviderCatalog.class.getPackageName();

    private ProviderCatalog() {}

    /**
     * Finds every provider below this package, in class folders and in jars, and every one that a jar names in
     * {@code META-INF/services/dev.passcourier.provider.ProviderType}.
     *
     * @return unmodifiable, by id
     * @throws IllegalStateException if two providers share an id, or one cannot be made
     */
    public static SortedMap<String, ProviderType> find() {
        SortedMap<String, ProviderType> providers = new TreeMap<>();
        for (Class<?> found : new DefaultPackageScanClassResolver().findImplementations(ProviderType.class, ROOM)) {
            if (isProvider(found)) {
                add(make(found), providers);
            }
        }
        ServiceLoader.load(ProviderType.class).forEach(provider -> add(provider, providers));
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
            throw new IllegalStateException("two providers call themselves " + provider.id() + ": "
                    + other.getClass().getName() + " and " + provider.getClass().getName());
        }
    }
}
