package dev.passcourier.provider.tencentgse;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code Response.Error}. Codes are dotted: the whole code counts first, then what stands before the dot; one we
 * do not know is taken for a passing failure. Source: the common error codes of the API documentation.
 *
 * <p>After {@code AuthFailure.SignatureExpire} the cloud's time is not taken over: a clock that is five minutes off has
 * to be set right, and an answer must not be able to turn it.
 */
record TencentFaults(Clock clock) {

    /** What a code means. */
    private enum Meaning {
        THROTTLED,
        FEW,
        NOT_READY,
        DENIED,
        NOT_FOUND,
        BAD,
        GONE
    }

    private static final Logger LOG = LoggerFactory.getLogger(TencentFaults.class);

    private static final Map<String, Meaning> MEANINGS = Stream.of(
                    codes(Meaning.THROTTLED, "RequestLimitExceeded"),
                    codes(Meaning.FEW, "InternalError", "ServiceUnavailable", "FailedOperation"),
                    // There is no sign-in to repeat, but credentials are read afresh for every call.
                    codes(Meaning.FEW, "AuthFailure.TokenFailure"),
                    codes(Meaning.NOT_READY, "ResourceUnavailable", "ResourceInUse", "ResourceInsufficient"),
                    codes(Meaning.DENIED, "AuthFailure", "UnauthorizedOperation", "ServiceNotOpened"),
                    codes(Meaning.DENIED, "OperationDenied", "IpInBlacklist", "IpNotInWhitelist"),
                    codes(Meaning.NOT_FOUND, "ResourceNotFound"),
                    codes(Meaning.BAD, "MissingParameter", "InvalidParameter", "InvalidParameterValue"),
                    codes(Meaning.BAD, "UnknownParameter", "InvalidRequest", "LimitExceeded", "DryRunOperation"),
                    codes(Meaning.BAD, "RequestSizeLimitExceeded", "ResponseSizeLimitExceeded"),
                    codes(Meaning.GONE, "ActionOffline", "InvalidAction", "NoSuchProduct", "NoSuchVersion"),
                    codes(Meaning.GONE, "UnsupportedRegion", "UnsupportedOperation", "UnsupportedProtocol"))
            .flatMap(Function.identity())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    /** What an error means, given that there is one. */
    Answer of(PasswordRequest request, JsonReply json, HttpReply reply) {
        String code = json.code("Response", "Error", "Code").orElse("ERROR_WITHOUT_CODE");
        Answer answer = answer(code, reply);
        if (!(answer instanceof Answer.NotYet)) {
            log(request, code, json.code("Response", "RequestId").orElse("missing"));
        }
        return answer;
    }

    /** Tencent's support asks for the RequestId; answers have no room for it. */
    private static void log(PasswordRequest request, String code, String requestId) {
        LOG.info("request {}: {}, Tencent's RequestId {}", request.id(), code, requestId);
    }

    private Answer answer(String code, HttpReply reply) {
        return switch (meaning(code)) {
            case THROTTLED -> HttpFault.retry(TransientFailure.THROTTLED, code, reply, clock);
            case FEW -> HttpFault.retry(TransientFailure.FEW, code, reply, clock);
            case NOT_READY -> new Answer.NotYet(code);
            case DENIED -> new Answer.Ended(Verdict.DENIED, code);
            case NOT_FOUND -> new Answer.Ended(Verdict.NOT_FOUND, code);
            case BAD -> new Answer.Ended(Verdict.FAILED, code);
            case GONE -> new Answer.Ended(Verdict.PROVIDER_GONE, code);
        };
    }

    /** Whether the cloud refused the keys: not what they may do, nor the time of the signature. */
    static boolean isAboutKeys(Answer.Ended answer) {
        String code = answer.code();
        return answer.verdict() == Verdict.DENIED
                && code.startsWith("AuthFailure")
                && !code.equals("AuthFailure.UnauthorizedOperation")
                && !code.equals("AuthFailure.SignatureExpire");
    }

    private static Meaning meaning(String code) {
        String family = code.replaceFirst("\\..*", "");
        Meaning ofFamily = MEANINGS.getOrDefault(family, Meaning.FEW);
        return MEANINGS.getOrDefault(code, ofFamily);
    }

    private static Stream<Map.Entry<String, Meaning>> codes(Meaning meaning, String... codes) {
        return Stream.of(codes).map(code -> Map.entry(code, meaning));
    }
}
