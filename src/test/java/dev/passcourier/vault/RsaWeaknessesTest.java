package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.vault.KeyLoadException.Code;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RsaWeaknessesTest {

    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger F4 = BigInteger.valueOf(65537);
    private static final RSAPrivateCrtKey GOOD =
            (RSAPrivateCrtKey) TestKeys.rsa2048().getPrivate();

    @Test
    void findsNothingWrongWithAGoodKey() {
        assertThat(RsaWeaknesses.of(GOOD)).isEmpty();
    }

    @Test
    void findsKeysThatAreTooShort() {
        assertThat(advice((RSAPrivateCrtKey) TestKeys.rsa("short", 1024).getPrivate()))
                .singleElement()
                .asString()
                .contains("1024 bits");
    }

    @Test
    void findsASmallExponent() throws Exception {
        BigInteger three = BigInteger.valueOf(3);
        BigInteger p = prime(1024, 1, three);
        BigInteger q = prime(1024, 2, three);
        assertThat(advice(key(p, q, three))).singleElement().asString().contains("public exponent is 3");
    }

    /** Made as the chips made them: a multiple of the first 39 primes' product, and a power of 65537. */
    @Test
    void findsWhatChipsOfInfineonMade() throws Exception {
        BigInteger product = IntStream.rangeClosed(2, 167)
                .mapToObj(BigInteger::valueOf)
                .filter(each -> each.isProbablePrime(50))
                .reduce(ONE, BigInteger::multiply);
        assertThat(advice(key(ofChip(product, 5), ofChip(product, 7), F4)))
                .singleElement()
                .asString()
                .contains("CVE-2017-15361");
    }

    @Test
    void findsPrimesThatAreNeighbours() throws Exception {
        BigInteger p = prime(1024, 3, F4);
        BigInteger q = p.nextProbablePrime();
        assertThat(advice(key(p, q, F4))).singleElement().asString().contains("so close");
    }

    @Test
    void findsNumbersThatDoNotFitTogether() throws Exception {
        RSAPrivateCrtKey damaged = key(new RSAPrivateCrtKeySpec(
                GOOD.getModulus(),
                GOOD.getPublicExponent(),
                GOOD.getPrivateExponent(),
                GOOD.getPrimeP(),
                GOOD.getPrimeQ(),
                GOOD.getPrimeExponentP().add(BigInteger.TWO),
                GOOD.getPrimeExponentQ(),
                GOOD.getCrtCoefficient()));
        assertThat(RsaWeaknesses.of(damaged))
                .extracting(RsaWeaknesses.Weakness::code)
                .containsExactly(Code.KEY_DAMAGED);
    }

    private static List<String> advice(RSAPrivateCrtKey key) {
        return RsaWeaknesses.of(key).stream()
                .map(RsaWeaknesses.Weakness::advice)
                .toList();
    }

    private static BigInteger ofChip(BigInteger product, int power) {
        BigInteger residue = F4.modPow(BigInteger.valueOf(power), product);
        BigInteger multiple =
                new BigInteger(1029 - product.bitLength(), new Random(power)).setBit(1029 - product.bitLength());
        while (!multiple.multiply(product).add(residue).isProbablePrime(50)) {
            multiple = multiple.add(ONE);
        }
        return multiple.multiply(product).add(residue);
    }

    private static BigInteger prime(int bits, int seed, BigInteger exponent) {
        BigInteger prime = BigInteger.probablePrime(bits, new Random(seed));
        while (prime.subtract(ONE).mod(exponent).signum() == 0) {
            prime = prime.nextProbablePrime();
        }
        return prime;
    }

    private static RSAPrivateCrtKey key(BigInteger p, BigInteger q, BigInteger exponent) throws Exception {
        BigInteger whole = p.subtract(ONE).multiply(q.subtract(ONE));
        BigInteger secret = exponent.modInverse(whole);
        return key(new RSAPrivateCrtKeySpec(
                p.multiply(q),
                exponent,
                secret,
                p,
                q,
                secret.mod(p.subtract(ONE)),
                secret.mod(q.subtract(ONE)),
                q.modInverse(p)));
    }

    private static RSAPrivateCrtKey key(RSAPrivateCrtKeySpec numbers) throws Exception {
        return (RSAPrivateCrtKey) KeyFactory.getInstance("RSA").generatePrivate(numbers);
    }
}
