package dev.passcourier.request;

/** What a requester can do about a verdict, in one sentence. */
public final class Advice {

    /** Code of a request that is on record and in no queue. */
    public static final String LOST = "LOST";

    private Advice() {}

    /** The sentence for a verdict; {@code code} makes it more exact where it can. */
    public static String on(Verdict verdict, String code) {
        return switch (verdict) {
            case DELIVERED -> "Open the sealed result with the recipient's key.";
            case INSPECTED -> "Read the report that had it inspected.";
            case NOT_YET ->
                "The instance had not published a password by the deadline. Ask again later; if it is up for more than"
                        + " 15 minutes, its image or key pair may not support it.";
            case NEVER -> never(code);
            case NOT_SET -> "Nobody has set a password. Set one in the cloud, then ask again.";
            case WRONG_KEY -> wrongKey(code);
            case NOT_FOUND -> "Check the instance id and that the account sees its project.";
            case DENIED -> denied(code);
            case THROTTLED -> "The cloud kept asking us to slow down. Ask again later, or lower the account's rate.";
            case REFUSED -> refused(code);
            case EXPIRED -> "The result could not be delivered in time. Ask again.";
            case PROVIDER_GONE -> "The cloud has shut this service down; it answers no more.";
            case FAILED ->
                code.equals(LOST)
                        ? "The request was lost, as by a crash that cost the broker the end of its journal. Ask again,"
                                + " with a new id."
                        : "The code says what failed. Ask again when it is repaired.";
        };
    }

    private static String denied(String code) {
        return switch (code) {
            case "IAM_404" ->
                "The application credential does not exist, or no longer does. Create one and name it in the account.";
            case "MFA_REQUIRED" ->
                "The cloud wants a second factor from this user. Use an application credential, which has none.";
            default -> "Check the account's credentials and its permission to read passwords.";
        };
    }

    private static String never(String code) {
        return switch (code) {
            case "KEY_NOT_RSA" ->
                "The named key is not an RSA key: the cloud can encrypt a password to RSA key pairs only.";
            case "NOT_ENCRYPTED" ->
                "What the instance published is not encrypted with a key pair. Have its script encrypt the password to"
                        + " the public key; if it published the password itself, change that password: it can be read in"
                        + " the cloud.";
            case "CIPHERTEXT_DAMAGED" ->
                "The encrypted password is of a length that no key makes: it was cut or altered, as metadata limited"
                        + " to 255 characters cuts that of a key of 4096 bits. Publish it in pieces as the cloud's agent"
                        + " does, or use a key pair of 2048 bits.";
            case "MASKED" -> "The cloud masks passwords in its answers. Its operator must switch the masking off.";
            default -> "This instance has no password that could be read, such as a Linux server's.";
        };
    }

    private static String wrongKey(String code) {
        return code.equals("KEY_MISSING")
                ? "The key ring has no such key. Add the instance's key pair to the account's key ring."
                : "No key of the account's key ring opens the password. Add the key pair the instance was created"
                        + " with.";
    }

    private static String refused(String code) {
        for (RefusalCode refusal : RefusalCode.values()) {
            if (refusal.name().equals(code)) {
                return refusal.advice();
            }
        }
        if (code.equals("NO_CLEAR_CALL")) {
            return "This cloud has no call that clears a password. Change the password inside the machine.";
        }
        return code.equals("TOO_MANY_WRONG_KEYS")
                ? "This instance's encrypted password changes and opens with no key, as do too many of its requester's"
                        + " or its key's. See why the machine posts such, put the right key on the account's key ring,"
                        + " and ask again in an hour, with a new id."
                : "Correct the request as the code says, then send it with a new id.";
    }
}
