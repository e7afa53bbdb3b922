package dev.passcourier.vault;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Loaded when it is needed first, as it takes a moment; never registered with the JVM. */
final class BouncyCastle {

    static final Provider PROVIDER = new BouncyCastleProvider();

    private BouncyCastle() {}
}
