package dev.passcourier.structure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.passcourier.structure.MainCode.CLASSES;
import static dev.passcourier.structure.MainCode.all;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.passcourier.vault.ClearResult;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.OpenedResult;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How far cleartext may go, seen from the rooms around the vault. {@code VaultBoundaryTest} looks from inside. */
class CleartextTest {

    /** What the vault keeps for itself: not even the name is to be seen outside. */
    private static final Set<String> KEPT = Set.of("SecretBytes", "SecretBuffer", "Unlocked", "SignedResult");

    private static final DescribedPredicate<JavaClass> KEPT_TYPES = DescribedPredicate.describe(
            "hold cleartext inside the vault",
            type -> type.getPackageName().equals(MainCode.room("vault")) && KEPT.contains(type.getSimpleName()));

    @Test
    void theVaultHasNoWayToTalk() {
        noClasses()
                .that()
                .resideInAPackage(all("vault"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.camel..",
                        "org.slf4j..",
                        "org.apache.logging..",
                        "java.util.logging..",
                        "jakarta.jms..",
                        "jakarta.mail..",
                        "java.net.http..",
                        "java.sql..",
                        "com.fasterxml.jackson.databind..")
                .because(
                        "a room that cannot log, send or bind cannot leak: return a code or a sealed result, and let the"
                                + " caller speak")
                .check(CLASSES);
    }

    @Test
    void nobodyOutsideNamesWhatTheVaultKeeps() {
        noClasses()
                .that()
                .resideOutsideOfPackage(all("vault"))
                .should()
                .dependOnClassesThat(KEPT_TYPES)
                .because("cleartext lives inside one call of the vault: hand in a LockedSecret, take out a Sealed")
                .check(CLASSES);
    }

    @Test
    void aResultInClearIsOpenedOnlyByTheSinkThatSendsItOn() {
        noClasses()
                .that()
                .resideOutsideOfPackages(all("vault"), all("delivery"))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ClearResult.class)
                .because("only a destination that says 'seal: none' gets cleartext, at the last moment before the send")
                .check(CLASSES);
    }

    @Test
    void aResultIsOpenedOnlyOnTheRecipientsSide() {
        noClasses()
                .that()
                .resideOutsideOfPackages(all("vault"), all("cli"), all("demo"))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(OpenedResult.class)
                .because("the service never opens what it sealed; 'passcourier open' and the demo's recipient do")
                .check(CLASSES);
    }

    @Test
    void whatACloudHandedOutGoesFromItsProviderToTheVaultAndNowhereElse() {
        noClasses()
                .that()
                .resideOutsideOfPackages(all("vault"), all("provider"), all("fetch"))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(LockedSecret.class)
                .because("fetch hands it to the vault in the same step; later rooms see sealed results only")
                .check(CLASSES);
    }
}
