package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AuditTextPropertiesTest {

    @Property
    void anyTextBecomesOneVisibleLineOf200CharactersAtMost(@ForAll String text) {
        String clean = AuditText.clean(text);
        assertThat(clean.codePointCount(0, clean.length())).isLessThanOrEqualTo(200);
        assertThat(clean.codePoints().allMatch(AuditText::isVisible)).isTrue();
        assertThat(clean.lines().count()).isLessThanOrEqualTo(1);
        assertThat(AuditText.clean(clean)).isEqualTo(clean);
    }
}
