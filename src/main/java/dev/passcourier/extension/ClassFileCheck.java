package dev.passcourier.extension;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * Whether a compiled class would run here: on this Java, and with every class, method and field of Camel that it names. Reads
 * the constant pool (Java Virtual Machine Specification, 4.4) and runs nothing of the class.
 */
final class ClassFileCheck {

    private static final String CAMEL = "org/apache/camel/";
    private static final int MAGIC = 0xCAFEBABE;

    /** Added to a release of Java gives its number in class files. */
    private static final int FIRST_RELEASE = 44;

    private final int[] tags;
    private final int[] left;
    private final int[] right;
    private final String[] texts;

    private ClassFileCheck(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        tags = new int[count];
        left = new int[count];
        right = new int[count];
        texts = new String[count];
        for (int i = 1; i < count; i++) {
            tags[i] = in.readUnsignedByte();
            switch (tags[i]) {
                case 1 -> texts[i] = in.readUTF();
                case 3, 4 -> in.readInt();
                case 5, 6 -> {
                    in.readLong();
                    // Takes two places.
                    i++;
                }
                case 7, 8, 16, 19, 20 -> left[i] = in.readUnsignedShort();
                case 9, 10, 11, 12, 17, 18 -> {
                    left[i] = in.readUnsignedShort();
                    right[i] = in.readUnsignedShort();
                }
                case 15 -> {
                    in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                default -> throw new IOException("no constant of a class: " + tags[i]);
            }
        }
    }

    /**
     * What it lacks, in words that follow its name.
     *
     * @param file    the class file; is closed
     * @param isThere whether the class path has a class file of this name, or need not have it
     * @throws IOException if it is none, or cannot be read
     */
    static Optional<String> of(InputStream file, Predicate<String> isThere) throws IOException {
        try (DataInputStream in = new DataInputStream(file)) {
            if (in.readInt() != MAGIC) {
                throw new IOException("no class");
            }
            in.readUnsignedShort();
            int release = in.readUnsignedShort() - FIRST_RELEASE;
            if (release > Runtime.version().feature()) {
                return Optional.of("was compiled for Java " + release + ", and this is Java "
                        + Runtime.version().feature());
            }
            return new ClassFileCheck(in)
                    .missing(isThere)
                    .map(what -> "uses " + what + ", which this Camel does not have");
        }
    }

    private Optional<String> missing(Predicate<String> isThere) {
        for (int i = 1; i < tags.length; i++) {
            String type = tags[i] == 7 ? texts[left[i]] : "";
            if (type.startsWith(CAMEL) && !isThere.test(type + ".class")) {
                return Optional.of(type.replace('/', '.'));
            }
        }
        for (int i = 1; i < tags.length; i++) {
            if (tags[i] >= 9 && tags[i] <= 11) {
                String type = texts[left[left[i]]];
                String name = texts[left[right[i]]];
                String descriptor = texts[right[right[i]]];
                if (type.startsWith(CAMEL) && !has(type, name, descriptor)) {
                    return Optional.of(
                            type.replace('/', '.') + "." + name + (descriptor.startsWith("(") ? descriptor : ""));
                }
            }
        }
        return Optional.empty();
    }

    /** Also where it cannot be told, as with a class of a jar beside it. */
    private static boolean has(String type, String name, String descriptor) {
        try {
            Class<?> found = Class.forName(type.replace('/', '.'), false, CamelContext.class.getClassLoader());
            return name.equals("<init>")
                    ? Stream.of(found.getDeclaredConstructors())
                            .anyMatch(each -> descriptor(each).equals(descriptor))
                    : inherits(found, name, descriptor);
        } catch (ClassNotFoundException | LinkageError e) {
            return true;
        }
    }

    private static boolean inherits(@Nullable Class<?> type, String name, String descriptor) {
        if (type == null) {
            return false;
        }
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(name) && descriptor(method).equals(descriptor)) {
                return true;
            }
        }
        for (Field field : type.getDeclaredFields()) {
            if (field.getName().equals(name)
                    && field.getType().descriptorString().equals(descriptor)) {
                return true;
            }
        }
        return inherits(type.isInterface() ? Object.class : type.getSuperclass(), name, descriptor)
                || Stream.of(type.getInterfaces()).anyMatch(each -> inherits(each, name, descriptor));
    }

    private static String descriptor(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                .toMethodDescriptorString();
    }

    private static String descriptor(Constructor<?> constructor) {
        return MethodType.methodType(void.class, constructor.getParameterTypes())
                .toMethodDescriptorString();
    }
}
