package dev.passcourier.structure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.passcourier.structure.MainCode.CLASSES;
import static dev.passcourier.structure.MainCode.HOUSE;
import static dev.passcourier.structure.MainCode.all;
import static dev.passcourier.structure.MainCode.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import dev.passcourier.cli.Subcommand;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Clock;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Habits of the whole house. Every message says what to do instead. */
class HabitsTest {

    /** Who may stop its thread, and why a queue with a delay or an awaited event would not do. */
    private static final Map<String, String> MAY_WAIT = Map.of(
            "fetch.AccountGate",
            "an account's consumer waits before it takes a message: that is how a paused cloud stalls its own queue"
                    + " only",
            "fetch.PacedTurns",
            "a call waits for its turn among those of all nodes, which is seconds ahead at most times",
            "fetch.DirectFetch",
            "a command's answer about a wrong key is held back on the thread that the command has to itself",
            "service.DataDirectory",
            "a command holds the data directory that a service is started on",
            "service.DirectAccount",
            "another command holds the data directory, and a lock of the operating system tells nobody when it is free",
            "service.RouteSwap",
            "a reload waits for what is in hand, and Camel tells nobody when that has ended",
            "cli.DirectCommand",
            "shows the person before the screen how long it is until the next attempt",
            "demo.Demo",
            "looks at the ledger again for the person before the screen");

    /** Who may read a clock of its own, and why. */
    private static final Map<String, String> MAY_READ_TIME = Map.of(
            "intake.Settling",
            "a clock that is set forward must not make a file look as if its writer had left it alone for long");

    private static final Set<String> MONOTONIC_AND_WALL = Set.of("currentTimeMillis", "nanoTime");

    private static final DescribedPredicate<JavaAccess<?>> READING_TIME = target(
            "read the time past the injected clock",
            access -> access.getTargetOwner().isEquivalentTo(System.class)
                            && MONOTONIC_AND_WALL.contains(access.getName())
                    || isNow(access)
                    || isNewDate(access)
                    || access.getTargetOwner().isEquivalentTo(Calendar.class)
                            && access.getName().equals("getInstance"));

    private static final DescribedPredicate<JavaAccess<?>> MAKING_A_CLOCK = target(
            "make a clock",
            access -> access.getTargetOwner().isEquivalentTo(Clock.class)
                    && (access.getName().startsWith("system")
                            || access.getName().startsWith("tick")));

    private static final DescribedPredicate<JavaAccess<?>> SLEEPING = target(
            "sleep",
            access -> access.getTargetOwner().isEquivalentTo(Thread.class)
                            && access.getName().equals("sleep")
                    || access.getTargetOwner().getName().equals("java.util.concurrent.TimeUnit")
                            && access.getName().equals("sleep")
                    || access.getTargetOwner().getName().equals("java.util.concurrent.locks.LockSupport"));

    @Test
    void timeComesFromTheInjectedClock() {
        assertThat(offenders(READING_TIME))
                .as("who reads the time itself. Take a java.time.Clock in the constructor, and ask it")
                .isEqualTo(MAY_READ_TIME.keySet());
    }

    @Test
    void clocksAreMadeOnTheCommandLineOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(HOUSE, all("cli"))
                .and()
                .areNotAssignableTo(Subcommand.class)
                .should()
                .accessTargetWhere(MAKING_A_CLOCK)
                .because("a clock that is handed in can be moved by a test: take a java.time.Clock in the constructor")
                .check(CLASSES);
    }

    @Test
    void nobodySleeps() {
        assertThat(offenders(SLEEPING))
                .as("who stops a thread. Send the message again with a delay, or wait for the event itself")
                .isEqualTo(MAY_WAIT.keySet());
    }

    @Test
    void onlyCommandsPrint() {
        noClasses()
                .that()
                .resideOutsideOfPackages(all("cli"), all("demo"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("programs read our standard output: log a code with SLF4J, or return the text to the command")
                .check(CLASSES);
    }

    @Test
    void nobodyPrintsStackTraces() {
        noClasses()
                .should()
                .callMethodWhere(
                        target("print stack traces", access -> access.getName().equals("printStackTrace")))
                .because("messages of foreign exceptions quote what they could not read: log a code")
                .check(CLASSES);
    }

    @Test
    void javaSerialisationIsNotUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("jakarta.jms.ObjectMessage")
                .because("reading serialised objects runs their code: messages are JSON bytes, and ArrivalStep"
                        + " quarantines all others")
                .check(CLASSES);
    }

    @Test
    void randomnessIsSecure() {
        noClasses()
                .that()
                .resideOutsideOfPackage(all("sandbox"))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(Random.class.getName())
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .because("one source of chance is enough: take a SecureRandom, or a java.util.random.RandomGenerator")
                .check(CLASSES);
    }

    @Test
    void processesAreNotStarted() {
        noClasses()
                .should()
                .accessTargetWhere(target(
                        "start a process",
                        access -> access.getTargetOwner().isEquivalentTo(ProcessBuilder.class)
                                || access.getTargetOwner().isEquivalentTo(Runtime.class)
                                        && access.getName().equals("exec")))
                .because("the service runs nothing of the machine it is on")
                .check(CLASSES);
    }

    @Test
    void onlyTheEntryPointEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackage(HOUSE)
                .should()
                .callMethod(System.class, "exit", int.class)
                .because("what is open must be closed first: return an exit code")
                .check(CLASSES);
    }

    @Test
    void providersDoNoInputOrOutput() {
        noClasses()
                .that()
                .resideInAPackage(all("provider"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.net.http..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.sql..",
                        "jakarta.jms..",
                        "javax.net..",
                        "org.apache.hc..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.io\\.(File|RandomAccess).*|java\\.net\\.(Socket|URL|HttpURLConnection|InetAddress)")
                .because("a provider says what to ask and reads the answer: return an HttpCall, the route makes it;"
                        + " secrets come from a SecretRef")
                .check(CLASSES);
    }

    @Test
    void ofOurHttpRoomProvidersUseTheReaderOfHeadersOnly() {
        noClasses()
                .that()
                .resideInAPackage(all("provider"))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "make calls",
                        type -> type.getPackageName().equals(room("http"))
                                && !type.getSimpleName().equals("RetryAfter")))
                .because("the route makes the call: return an HttpCall")
                .check(CLASSES);
    }

    @Test
    void providersKnowNoCamel() {
        noClasses()
                .that()
                .resideInAPackage(all("provider"))
                .and()
                .doNotHaveFullyQualifiedName(room("provider") + ".ProviderCatalog")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .because("a provider is tested without Camel: its route file does what Camel does")
                .check(CLASSES);
    }

    private static boolean isNow(JavaAccess<?> access) {
        return access.getTargetOwner().getPackageName().startsWith("java.time")
                && access.getName().equals("now")
                && !takesAClock(access);
    }

    private static boolean takesAClock(JavaAccess<?> access) {
        return parameters(access).equals(List.of(Clock.class.getName()));
    }

    private static boolean isNewDate(JavaAccess<?> access) {
        return access.getTargetOwner().isEquivalentTo(Date.class)
                && access.getName().equals("<init>")
                && parameters(access).isEmpty();
    }

    private static List<String> parameters(JavaAccess<?> access) {
        return access.getTarget() instanceof CodeUnitAccessTarget unit
                ? HasName.Utils.namesOf(unit.getRawParameterTypes())
                : List.of();
    }

    private static Set<String> offenders(DescribedPredicate<JavaAccess<?>> what) {
        return CLASSES.stream()
                .filter(type -> type.getAccessesFromSelf().stream().anyMatch(what))
                .map(HabitsTest::outermost)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String outermost(JavaClass type) {
        return type.getName().substring(HOUSE.length() + 1).replaceFirst("\\$.*", "");
    }

    private static DescribedPredicate<JavaAccess<?>> target(String words, Predicate<JavaAccess<?>> test) {
        return DescribedPredicate.describe(words, test);
    }
}
