package dev.passcourier.service;

import dev.passcourier.config.Settings;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Signatures;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.SignerKeys;
import dev.passcourier.vault.UnverifiedException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** The vault's signature check as the intake sees it. */
public final class RequestSignatures implements Signatures {

    private final SignerKeys keys;

    private RequestSignatures(SignerKeys keys) {
        this.keys = keys;
    }

    /**
     * With the keys that the policy names.
     *
     * @throws KeyLoadException naming the file that cannot be used
     */
    public static RequestSignatures load(Settings.Policy policy, Clock clock) throws KeyLoadException {
        Map<String, SignerKeys.Source> sources = new HashMap<>();
        policy.signers()
                .forEach(
                        (name, signer) -> sources.put(name, new SignerKeys.Source(signer.key(), signer.fingerprint())));
        return new RequestSignatures(SignerKeys.load(sources, clock));
    }

    @Override
    public Signed verify(String compact) throws RequestException {
        try {
            SignerKeys.Signed signed = keys.verify(compact);
            return new Signed(signed.signer(), signed.payload());
        } catch (UnverifiedException e) {
            throw new RequestException(
                    switch (e.reason()) {
                        case INVALID -> RefusalCode.SIGNATURE_INVALID;
                        case UNKNOWN -> RefusalCode.SIGNER_UNKNOWN;
                    },
                    "");
        }
    }
}
