package dev.passcourier.killloop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * What the killed process runs: the classes as they were when the loop began, whatever is compiled while it goes on.
 *
 * @param classPath for {@code -cp}
 * @param agent     for {@code -javaagent}
 */
record Program(String classPath, Path agent) {

    /** Packs the directories of our own class path. */
    static Program pack(Path directory) throws IOException {
        Path program = Files.createDirectories(directory.resolve("program"));
        StringJoiner classPath = new StringJoiner(File.pathSeparator);
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(entry))) {
                Path jar = program.resolve("classes-" + ++number + ".jar");
                jar(Path.of(entry), jar);
                classPath.add(jar.toString());
            } else {
                classPath.add(entry);
            }
        }
        return new Program(classPath.toString(), agent(program));
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> all = Files.walk(classes)) {
            out.setLevel(0);
            for (Path each : all.toList()) {
                // With entries for directories: the catalog of providers lists one.
                boolean isFile = Files.isRegularFile(each);
                out.putNextEntry(new JarEntry(classes.relativize(each) + (isFile ? "" : "/")));
                if (isFile) {
                    Files.copy(each, out);
                }
                out.closeEntry();
            }
        }
    }

    /** The agent's class is on the class path already; its jar only names it. */
    private static Path agent(Path program) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", KillAgent.class.getName());
        Path jar = program.resolve("kill-agent.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }
}
