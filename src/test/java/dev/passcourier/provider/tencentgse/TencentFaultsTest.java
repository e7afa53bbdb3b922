package dev.passcourier.provider.tencentgse;

import static dev.passcourier.provider.TransientFailure.FEW;
import static dev.passcourier.provider.TransientFailure.THROTTLED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TencentFaultsTest {

    private final TencentFaults faults = new TencentFaults(Clock.systemUTC());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RequestLimitExceeded",
                "RequestLimitExceeded.UinLimitExceeded",
                "RequestLimitExceeded.IPLimitExceeded",
                "RequestLimitExceeded.GlobalRegionUinLimitExceeded"
            })
    void slowsDownAtTheRateLimit(String code) {
        assertThat(read(code)).isEqualTo(new Answer.Retry(THROTTLED, code, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "InternalError",
                "InternalError.ServerInternal",
                "ServiceUnavailable",
                "FailedOperation",
                "FailedOperation.InstanceBroken",
                "AuthFailure.TokenFailure",
                "SomethingNew",
                "SomethingNew.Detail"
            })
    void triesAFewTimesMore(String code) {
        assertThat(read(code)).isEqualTo(new Answer.Retry(FEW, code, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ResourceUnavailable",
                "ResourceUnavailable.InstanceStarting",
                "ResourceInUse",
                "ResourceInsufficient"
            })
    void waitsForAnInstanceThatIsNotReady(String code) {
        assertThat(read(code)).isEqualTo(new Answer.NotYet(code));
    }

    @ParameterizedTest
    @CsvSource({
        "AuthFailure, DENIED",
        "AuthFailure.SignatureExpire, DENIED",
        "AuthFailure.SignatureFailure, DENIED",
        "AuthFailure.InvalidAuthorization, DENIED",
        "AuthFailure.SecretIdNotFound, DENIED",
        "AuthFailure.InvalidSecretId, DENIED",
        "AuthFailure.MFAFailure, DENIED",
        "AuthFailure.UnauthorizedOperation, DENIED",
        "AuthFailure.ServiceNotOpened, DENIED",
        "UnauthorizedOperation, DENIED",
        "UnauthorizedOperation.CamNoAuth, DENIED",
        "UnauthorizedOperation.ServiceNotOpened, DENIED",
        "ServiceNotOpened, DENIED",
        "OperationDenied, DENIED",
        "IpInBlacklist, DENIED",
        "UnauthorizedOperation.IpInBlacklist, DENIED",
        "IpNotInWhitelist, DENIED",
        "ResourceNotFound, NOT_FOUND",
        "ResourceNotFound.InstanceNotFound, NOT_FOUND",
        "MissingParameter, FAILED",
        "InvalidParameter, FAILED",
        "InvalidParameter.Format, FAILED",
        "InvalidParameterValue, FAILED",
        "InvalidParameterValue.FleetId, FAILED",
        "UnknownParameter, FAILED",
        "InvalidRequest, FAILED",
        "RequestSizeLimitExceeded, FAILED",
        "ResponseSizeLimitExceeded, FAILED",
        "LimitExceeded, FAILED",
        "LimitExceeded.Quota, FAILED",
        "DryRunOperation, FAILED",
        "ActionOffline, PROVIDER_GONE",
        "InvalidAction, PROVIDER_GONE",
        "NoSuchProduct, PROVIDER_GONE",
        "NoSuchVersion, PROVIDER_GONE",
        "UnsupportedRegion, PROVIDER_GONE",
        "UnsupportedOperation, PROVIDER_GONE",
        "UnsupportedOperation.Offline, PROVIDER_GONE",
        "UnsupportedProtocol, PROVIDER_GONE",
    })
    void endsAtACodeThatStays(String code, Verdict verdict) {
        assertThat(read(code)).isEqualTo(new Answer.Ended(verdict, code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "two words",
                "a\\nb",
                "<script>",
                "0123456789012345678901234567890123456789012345678901234567890123456789"
            })
    void passesOnNoCodeThatTheCloudMadeUp(String code) {
        assertThat(read(code)).isEqualTo(new Answer.Retry(FEW, "ERROR_WITHOUT_CODE", null));
    }

    @Test
    void readsTheErrorAsTheCloudWritesIt() {
        String body = "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\",\"Message\":\"The provided "
                + "credentials could not be validated. Please check your signature is correct.\"},"
                + "\"RequestId\":\"ed93f3cb-f35e-473f-b9f3-0d451b8b79c6\"}}";

        assertThat(readBody(body)).isEqualTo(new Answer.Ended(Verdict.DENIED, "AuthFailure.SignatureFailure"));
    }

    private Answer read(String code) {
        return readBody("{\"Response\":{\"Error\":{\"Code\":\"" + code + "\",\"Message\":\"m\"},\"RequestId\":\"r\"}}");
    }

    private Answer readBody(String body) {
        HttpReply reply = new HttpReply(200, Map.of(), body.getBytes(StandardCharsets.UTF_8));
        PasswordRequest request =
                new PasswordRequest("r-1", "games", "ins-1", Map.of(), null, List.of("inbox"), null, null, null);
        return faults.of(request, JsonReply.of(reply).orElseThrow(), reply);
    }
}
