package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeliveryIdsTest {

    @Test
    void staysTheSameOverRestartsAndReleases() {
        assertThat(DeliveryIds.of("req-1", "ops")).isEqualTo("dlv_Yq0jsq9JC37Voay12XCnlG1x");
    }

    @Test
    void differsForEveryRequestAndDestination() {
        List<String> ids = Stream.of(
                        DeliveryIds.of("ab", "c"),
                        DeliveryIds.of("a", "bc"),
                        DeliveryIds.of("abc", ""),
                        DeliveryIds.of("", "abc"),
                        DeliveryIds.of("c", "ab"))
                .toList();
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("dlv_[A-Za-z0-9_-]{24}"));
    }
}
