package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import java.util.EnumSet;
import java.util.Set;

/** Makes values fit for the trail: nothing invisible, nothing that turns the reading direction, not too long. */
public final class AuditText {

    private static final int LONGEST = 200;
    private static final int LONGEST_LIST = 8192;
    private static final Set<Fact> LISTS = EnumSet.of(Fact.DESTINATIONS, Fact.PARAMETERS, Fact.CHANGES);

    private AuditText() {}

    /**
     * The value as the trail and the ledger hold it. Who compares with what comes back from the ledger, compares with
     * this.
     */
    public static String clean(String value) {
        return clean(value, LONGEST);
    }

    static String clean(Fact fact, String value) {
        return clean(value, LISTS.contains(fact) ? LONGEST_LIST : LONGEST);
    }

    private static String clean(String value, int longest) {
        if (value.length() <= longest && value.codePoints().allMatch(AuditText::isVisible)) {
            return value;
        }
        return value.codePoints()
                .filter(AuditText::isVisible)
                .limit(longest)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** False for control, format and other characters that people do not see, or that reorder what they see. */
    public static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
