package dev.passcourier.service;

import dev.passcourier.config.Settings;
import dev.passcourier.reload.SettingsFacts;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.SealTarget;
import java.time.Clock;
import java.util.Map;

/**
 * Settings with all that is read once from the files they name. A reload puts others in their place as a whole; whoever
 * works after them takes them once for each request.
 *
 * @param digest     of the settings file, SHA-256; empty if they are from none
 * @param rings      the private keys that open passwords, by the rings' names
 * @param recipients recipients' keys by name
 * @param targets    for every destination, the key that seals for it
 * @param signatures whose signatures are known
 * @param facts      what they are compared by
 */
record InForce(
        Settings settings,
        String digest,
        Map<String, KeyRing> rings,
        Map<String, RecipientKey> recipients,
        Map<String, SealTarget> targets,
        RequestSignatures signatures,
        SettingsFacts facts) {

    /**
     * Reads what the settings name.
     *
     * @throws KeyLoadException naming the file that cannot be used
     */
    static InForce of(Settings settings, String digest, Map<String, KeyRing> rings, Clock clock)
            throws KeyLoadException {
        Map<String, RecipientKey> recipients = KeyAndLedgerFactory.recipients(settings, clock);
        return new InForce(
                settings,
                digest,
                rings,
                recipients,
                KeyAndLedgerFactory.targets(settings, recipients),
                RequestSignatures.load(settings.policy(), clock),
                SettingsFacts.of(settings, rings, recipients));
    }
}
