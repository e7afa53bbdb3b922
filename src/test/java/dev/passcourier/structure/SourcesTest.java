package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What must and must not stand in the sources. */
class SourcesTest {

    private static final Path MAIN = Path.of("src/main/java");

    private static final List<String> WRITTEN_BY_US =
            List.of("src", "routes", "config", ".github", "README.md", "pom.xml");

    /** What must not be written, and what to do instead. Put together here, so that this file does not offend. */
    private static final Map<Pattern, String> BANNED = Map.of(
            Pattern.compile("@Dis" + "abled"), "repair the test, or delete it",
            Pattern.compile("\\bTO" + "DO\\b|\\bFIX" + "ME\\b|\\bXX" + "X\\b"),
                    "do it now, or write it as a known limit in the README",
            Pattern.compile("(?<![\\w.{}/*])/(ro" + "ot|wo" + "rk)/\\w|/ho" + "me/\\w+/|C:\\\\\\\\?Us" + "ers"),
                    "write paths relative to the project, or to a folder every machine has",
            Pattern.compile("(?i)https?://[^/\\s\"']*(arti" + "factory|nex" + "us|repo\\.mav" + "en|mav"
                            + "en\\.org/ma)"),
                    "name no registry: Maven's own settings say where libraries come from",
            Pattern.compile("<<<<<" + "<< |>>>>>" + ">> "), "finish the merge",
            Pattern.compile("@Suppress" + "Warnings\\(\"all\"\\)"), "name the one warning, and say why beside it");

    @Test
    void noBannedWordStandsAnywhere() throws IOException {
        List<String> offences = new ArrayList<>();
        for (Path file : textFiles()) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                for (var banned : BANNED.entrySet()) {
                    if (banned.getKey().matcher(lines.get(i)).find()) {
                        offences.add(file + ":" + (i + 1) + ": " + banned.getValue());
                    }
                }
            }
        }

        assertThat(offences).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsForAndThatNullIsTheException() throws IOException {
        Set<String> offences = new TreeSet<>();
        for (Path file : javaFiles()) {
            Path folder = file.getParent();
            Path info = folder.resolve("package-info.java");
            String text = Files.exists(info) ? Files.readString(info) : "";
            if (!text.startsWith("/**") || !text.contains("\n@NullMarked\npackage ")) {
                offences.add(folder + " needs a package-info.java with a sentence and @NullMarked");
            }
        }

        assertThat(offences).isEmpty();
    }

    @Test
    void everythingPublicSaysWhatItPromises() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(javaFiles()));
            PromiseScanner scanner = new PromiseScanner(DocTrees.instance(task));
            task.parse().forEach(unit -> scanner.scan(unit, unit));

            assertThat(scanner.silent)
                    .as("public types and methods without Javadoc: say what callers may rely on, in a sentence,"
                            + " or make them package-private")
                    .isEmpty();
        }
    }

    @Test
    void everyTestFileTestsOrHelps() throws IOException {
        Set<String> offences = new TreeSet<>();
        for (Path file : files(Path.of("src/test/java"), ".java")) {
            String text = Files.readString(file);
            boolean tests = Pattern.compile("@(Test|ParameterizedTest|TestFactory|RepeatedTest|Property|FuzzTest)\\b")
                    .matcher(text)
                    .find();
            boolean isNamedTest = file.getFileName().toString().matches(".*(Test|IT)\\.java");
            boolean inherits = Pattern.compile("class \\w+ (extends|implements) \\w*Contract(Test)?\\b")
                    .matcher(text)
                    .find();
            boolean isContract = file.getFileName().toString().endsWith("Contract.java");
            if (tests && !isNamedTest && !isContract) {
                offences.add(file + ": rename it to ...Test, or it is never run");
            }
            if (isNamedTest && !tests && !inherits) {
                offences.add(file + ": is named a test and tests nothing");
            }
        }

        assertThat(offences).isEmpty();
    }

    private static List<Path> javaFiles() throws IOException {
        return files(MAIN, ".java");
    }

    private static List<Path> textFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String place : WRITTEN_BY_US) {
            Path path = Path.of(place);
            if (Files.isDirectory(path)) {
                found.addAll(files(path, ""));
            } else if (Files.exists(path)) {
                found.add(path);
            }
        }
        return found;
    }

    private static List<Path> files(Path root, String ending) throws IOException {
        try (Stream<Path> below = Files.walk(root)) {
            return below.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    /** None for files that are no text. */
    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException e) {
            return List.of();
        }
    }

    /** Finds public types, and public methods of public types, that have no Javadoc. */
    private static final class PromiseScanner extends TreePathScanner<Void, CompilationUnitTree> {

        private final DocTrees docs;
        private final Set<String> silent = new TreeSet<>();

        PromiseScanner(DocTrees docs) {
            this.docs = docs;
        }

        @Override
        public Void visitClass(ClassTree type, CompilationUnitTree unit) {
            if (!isVisible(type.getModifiers())) {
                return null;
            }
            demandDoc(type.getSimpleName().toString(), unit);
            return super.visitClass(type, unit);
        }

        @Override
        public Void visitMethod(MethodTree method, CompilationUnitTree unit) {
            boolean overrides = method.getModifiers().getAnnotations().stream()
                    .anyMatch(note -> note.getAnnotationType().toString().endsWith("Override"));
            boolean isGenerated =
                    method.getBody() != null && docs.getSourcePositions().getEndPosition(unit, method) < 0;
            if (isVisible(method.getModifiers()) && !overrides && !isGenerated) {
                ClassTree type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
                demandDoc(type.getSimpleName() + "." + method.getName(), unit);
            }
            return null;
        }

        /** A member of an interface is public without saying so. */
        private boolean isVisible(ModifiersTree modifiers) {
            TreePath parent = getCurrentPath().getParentPath();
            return modifiers.getFlags().contains(Modifier.PUBLIC)
                    || parent.getLeaf().getKind() == Tree.Kind.INTERFACE
                            && !modifiers.getFlags().contains(Modifier.PRIVATE);
        }

        private void demandDoc(String name, CompilationUnitTree unit) {
            if (docs.getDocComment(getCurrentPath()) == null) {
                long line = unit.getLineMap()
                        .getLineNumber(docs.getSourcePositions()
                                .getStartPosition(unit, getCurrentPath().getLeaf()));
                silent.add(MAIN.relativize(Path.of(unit.getSourceFile().getName())) + ":" + line + " " + name);
            }
        }
    }
}
