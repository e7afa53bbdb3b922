package dev.passcourier.vault;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.Serializable;
import java.security.Provider;
import org.junit.jupiter.api.Test;

/** What keeps cleartext in the vault. */
class VaultBoundaryTest {

    private static final String VAULT = "dev.passcourier.vault";
    private static final JavaClasses ROOM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(VAULT);

    @Test
    void theVaultKnowsNoCamelNoLoggerAndNoJsonBinder() {
        noClasses()
                .that()
                .resideInAPackage(VAULT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.camel..",
                        "org.slf4j..",
                        "org.apache.logging..",
                        "java.util.logging..",
                        "jakarta.jms..",
                        "com.fasterxml.jackson.databind..")
                .check(ROOM);
    }

    @Test
    void cleartextTypesStayInTheVault() {
        classes()
                .that()
                .belongToAnyOf(SecretBytes.class, SecretBuffer.class, Vault.Unlocked.class, SignedResult.class)
                .should()
                .bePackagePrivate()
                .check(ROOM);
    }

    @Test
    void nothingOfTheVaultCanBeSerialised() {
        noClasses()
                .that(
                        new DescribedPredicate<JavaClass>(
                                "are neither exceptions nor enums nor JCA providers in the vault") {
                            @Override
                            public boolean test(JavaClass type) {
                                return type.getPackageName().equals(VAULT)
                                        && !type.isEnum()
                                        && !type.isAssignableTo(Throwable.class)
                                        // A provider is serialisable by its class; ours holds no key.
                                        && !type.isAssignableTo(Provider.class);
                            }
                        })
                .should()
                .beAssignableTo(Serializable.class)
                .check(ROOM);
    }

    @Test
    void theVaultPrintsNothing() {
        noClasses()
                .that()
                .resideInAPackage(VAULT)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(ROOM);
    }
}
