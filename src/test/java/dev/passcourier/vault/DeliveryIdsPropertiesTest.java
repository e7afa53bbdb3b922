package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class DeliveryIdsPropertiesTest {

    @Property
    void areTheSameEachTimeAndFitForAFileName(@ForAll String request, @ForAll String alias) {
        String id = DeliveryIds.of(request, alias);
        assertThat(id).matches("dlv_[A-Za-z0-9_-]{24}").isEqualTo(DeliveryIds.of(request, alias));
    }

    @Property
    void keepNamesApartHoweverTheyAreCut(@ForAll String text) {
        for (int at = 1; at <= Math.min(text.length(), 8); at++) {
            assertThat(DeliveryIds.of(text.substring(0, at), text.substring(at)))
                    .isNotEqualTo(DeliveryIds.of(text.substring(0, at - 1), text.substring(at - 1)));
        }
    }
}
