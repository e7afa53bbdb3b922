package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.fuzz.Refusal;

/** What every refusal must be like, whatever was read. */
final class Refused {

    /** Our own field names, numbered places and nothing else. */
    private static final String PLACE = "|((line|claim|field|column|parameter|deliverTo|parameters)[ .\\[]?[0-9]*\\]?"
            + "|id|jti|exp|iat|request|account|instance|deliverTo|key|deadline|requestedBy|reason"
            + "|parameters)(, column [0-9]+)?";

    /** On one line, short, and nothing in it that a terminal or a reader could take for anything else. */
    private static final String WORDS = "[^\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]{0,800}";

    private Refused() {}

    static void tellsNothing(RequestException refused) {
        assertThat(refused.where()).matches(PLACE);
        assertThat(refused.says()).matches(WORDS);
        Refusal.says(
                refused, refused.where().isEmpty() ? refused.code().name() : refused.code() + " at " + refused.where());
    }

    static void tellsNothing(BatchLine.Bad line) {
        assertThat(line.where()).matches(PLACE);
        assertThat(line.says()).matches(WORDS);
    }
}
