package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.security.KeyPair;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long an opening takes says nothing about what is wrong with a block. */
class OpeningTimeTest {

    private static final int ROUNDS = 120;
    private static final double ERROR = 1e-9;

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.passcourier.vault.CryptoProviderTest#all")
    void brokenBlocksCannotBeToldApart(CryptoProvider provider) throws Exception {
        KeyPair pair = TestKeys.rsa("a-2048", 2048);
        List<HeldKey> keys = CryptoProviderTest.decryptedBy(
                provider, new VaultBench(directory).ring("a-2048").candidates(null));
        assertThatCode(() ->
                        RsaOpener.open(Blocks.VALID.encryptedRaw(pair), keys).close())
                .doesNotThrowAnyException();
        var broken = EnumSet.complementOf(EnumSet.of(Blocks.VALID));
        measured(broken, pair, keys, 20);
        Map<Blocks, double[]> times = measured(broken, pair, keys, ROUNDS);
        for (Blocks one : broken) {
            for (Blocks other : broken) {
                assertThat(KolmogorovSmirnov.tellsApart(times.get(one), times.get(other), ERROR))
                        .as("%s and %s", one, other)
                        .isFalse();
            }
        }
    }

    @Test
    void theStatisticTellsShiftedTimesApart() {
        Random random = new Random(3);
        double[] narrow =
                DoubleStream.generate(random::nextGaussian).limit(ROUNDS).toArray();
        double[] same =
                DoubleStream.generate(random::nextGaussian).limit(ROUNDS).toArray();
        double[] shifted = DoubleStream.generate(() -> random.nextGaussian() + 1.5)
                .limit(ROUNDS)
                .toArray();
        assertThat(KolmogorovSmirnov.tellsApart(narrow, same, ERROR)).isFalse();
        assertThat(KolmogorovSmirnov.tellsApart(narrow, shifted, ERROR)).isTrue();
    }

    /** In turn, so that whatever else the machine does meets all of them alike. */
    private static Map<Blocks, double[]> measured(
            EnumSet<Blocks> broken, KeyPair pair, List<HeldKey> keys, int rounds) {
        Map<Blocks, double[]> times = new EnumMap<>(Blocks.class);
        broken.forEach(blocks -> times.put(blocks, new double[rounds]));
        for (int round = 0; round < rounds; round++) {
            for (Blocks blocks : broken) {
                times.get(blocks)[round] = nanosOf(blocks.encryptedRaw(pair), keys);
            }
        }
        return times;
    }

    private static double nanosOf(byte[] ciphertext, List<HeldKey> keys) {
        long began = System.nanoTime();
        try {
            RsaOpener.open(ciphertext, keys).close();
            throw new AssertionError("opened");
        } catch (VaultException e) {
            return System.nanoTime() - began;
        }
    }
}
