package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations and sizes in the form of other programs, and what is suggested for them. */
class WrittenAmountTest {

    @ParameterizedTest
    @CsvSource({
        "20min, 20m",
        "20 minutes, 20m",
        "20 Mintues, 20m",
        "20M, 20m",
        "1h30m, 90m",
        "1 hour 30 sec, 3630s",
        "1.5h, 90m",
        "90sec, 90s",
        "250 msec, 250ms",
        "2w, 14d",
        "7days, 7d",
        "PT20M, 20m",
        "P1D, 1d",
        "pt0.5s, 500ms",
        "60m, 1h"
    })
    void aDurationIsSuggestedInOurUnits(String written, String right) {
        assertThat(WrittenAmount.duration(written)).contains("did you mean '" + right + "'?");
    }

    @ParameterizedTest
    @CsvSource({
        "2GB, 2GiB",
        "2G, 2GiB",
        "2 gib, 2GiB",
        "512mb, 512MiB",
        "512Mi, 512MiB",
        "1.5GiB, 1536MiB",
        "2TB, 2048GiB",
        "1000 bytes, 1000B",
        "64k, 64KiB"
    })
    void aSizeIsSuggestedInOurUnits(String written, String right) {
        assertThat(WrittenAmount.size(written)).contains("did you mean '" + right + "'?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "soon", "min", "-5m", "0s", "20xy", "5m or so", "1.0001ms", "9999999d", "P1M", "m5"})
    void nothingIsSuggestedForWhatNobodyCanTell(String written) {
        assertThat(WrittenAmount.duration(written)).isEmpty();
        assertThat(WrittenAmount.size(written)).isEmpty();
    }
}
