package dev.passcourier.vault;

import dev.passcourier.vault.KeyLoadException.Code;
import java.math.BigInteger;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.List;

/** What is known to be wrong with an RSA key's numbers. */
final class RsaWeaknesses {

    /** NIST SP 800-131A: shorter ones may not be used. */
    private static final int LEAST_BITS = 2048;

    /** One in 2^80 composite numbers passes. */
    private static final int CERTAINTY = 80;

    private static final BigInteger ONE = BigInteger.ONE;
    private static final int GENERATOR = 65537;

    private static final String REPLACE =
            "; make a new key pair, give it to the machines, and keep this one for those" + " that have it";

    /** A weakness: its code, and for people what it is and what to do. */
    record Weakness(Code code, String advice) {}

    private RsaWeaknesses() {}

    /** All that are found; none for a good key. */
    static List<Weakness> of(RSAPrivateCrtKey key) {
        List<Weakness> found = new ArrayList<>();
        BigInteger modulus = key.getModulus();
        if (modulus.bitLength() < LEAST_BITS) {
            found.add(weak("its modulus has " + modulus.bitLength() + " bits, and less than 2048 can be factored by"
                    + " those who spend enough"));
        }
        if (key.getPublicExponent().compareTo(BigInteger.valueOf(GENERATOR)) < 0) {
            found.add(weak("its public exponent is " + key.getPublicExponent()
                    + ", with which one password for several machines can be read by others"));
        }
        if (isFromInfineon(modulus)) {
            found.add(weak("it was made by a chip whose keys can be factored (ROCA, CVE-2017-15361)"));
        }
        if (areNeighbours(key)) {
            found.add(weak("its primes are so close that it can be factored at once"));
        }
        if (!isSound(key)) {
            found.add(new Weakness(
                    Code.KEY_DAMAGED,
                    "its numbers do not fit together, so it opens some passwords or none; copy it anew from where it"
                            + " was made"));
        }
        return found;
    }

    private static Weakness weak(String why) {
        return new Weakness(Code.KEY_WEAK, why + REPLACE);
    }

    /** FIPS 186-5, section A.1.3: the primes differ in their first 100 bits. */
    private static boolean areNeighbours(RSAPrivateCrtKey key) {
        BigInteger distance = key.getPrimeP().subtract(key.getPrimeQ()).abs();
        return distance.bitLength() <= key.getModulus().bitLength() / 2 - 100;
    }

    /**
     * Modulo each small prime, the primes of such keys are powers of 65537, and so is their product: Nemec et al., "The
     * Return of Coppersmith's Attack", CCS 2017, section 3.2. Of other keys, one in 2^27 looks so.
     */
    private static boolean isFromInfineon(BigInteger modulus) {
        for (int prime = 3; prime <= 167; prime += 2) {
            if (BigInteger.valueOf(prime).isProbablePrime(CERTAINTY)
                    && !isPowerOfGenerator(
                            modulus.mod(BigInteger.valueOf(prime)).intValue(), prime)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPowerOfGenerator(int value, int prime) {
        int power = 1;
        for (int i = 0; i < prime; i++) {
            if (power == value) {
                return true;
            }
            power = power * (GENERATOR % prime) % prime;
        }
        return false;
    }

    /** RFC 8017, section 3.2. */
    private static boolean isSound(RSAPrivateCrtKey key) {
        BigInteger p = key.getPrimeP();
        BigInteger q = key.getPrimeQ();
        return p.isProbablePrime(CERTAINTY)
                && q.isProbablePrime(CERTAINTY)
                && isInverse(key.getPublicExponent(), key.getPrivateExponent(), p.subtract(ONE))
                && isInverse(key.getPublicExponent(), key.getPrivateExponent(), q.subtract(ONE))
                && isInverse(key.getPublicExponent(), key.getPrimeExponentP(), p.subtract(ONE))
                && isInverse(key.getPublicExponent(), key.getPrimeExponentQ(), q.subtract(ONE))
                && isInverse(q, key.getCrtCoefficient(), p);
    }

    private static boolean isInverse(BigInteger number, BigInteger inverse, BigInteger modulus) {
        return number.multiply(inverse).mod(modulus).equals(ONE);
    }
}
