package dev.passcourier.structure;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The program's own classes, read once for all rules. */
final class MainCode {

    static final String HOUSE = "dev.passcourier";

    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(HOUSE);

    private MainCode() {}

    /** The package of a room. */
    static String room(String name) {
        return HOUSE + "." + name;
    }

    /** The package of a room and everything below it. */
    static String all(String room) {
        return room(room) + "..";
    }
}
