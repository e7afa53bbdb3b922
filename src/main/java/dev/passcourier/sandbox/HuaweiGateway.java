package dev.passcourier.sandbox;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Huawei Cloud's API gateway: lets calls through that carry a good token or a good AK/SK signature. */
final class HuaweiGateway {

    private final TokenBook tokens;
    private final SdkHmacVerifier verifier;
    private volatile @Nullable String securityToken;

    HuaweiGateway(TokenBook tokens, SdkHmacVerifier verifier) {
        this.tokens = tokens;
        this.verifier = verifier;
    }

    void requireSecurityToken(String token) {
        securityToken = token;
    }

    /** Returns the refusal, or empty if the call may pass. */
    Optional<Reply> refusal(Request request) {
        String token = request.header("x-auth-token");
        if (token != null) {
            return tokens.valid(token) ? Optional.empty() : Optional.of(incorrect("decrypt token fail"));
        }
        if (request.header("authorization", "").startsWith(SdkHmacVerifier.ALGORITHM)) {
            return verifier.complaint(request)
                    .or(() -> wrongSecurityToken(request))
                    .map(HuaweiGateway::incorrect);
        }
        return Optional.of(incorrect("x-auth-token not found"));
    }

    private Optional<String> wrongSecurityToken(Request request) {
        String expected = securityToken;
        return expected == null || expected.equals(request.header("x-security-token"))
                ? Optional.empty()
                : Optional.of("verify aksk signature fail, security token is wrong");
    }

    void expire(Request request) {
        tokens.revoke(request.header("x-auth-token"));
    }

    static Reply incorrect(String detail) {
        return error(401, "APIGW.0301", "Incorrect IAM authentication information: " + detail);
    }

    static Reply error(int status, String code, String message) {
        String id = Names.hex32();
        return Reply.json(status, Json.object("error_msg", message, "error_code", code, "request_id", id))
                .with("X-Request-Id", id);
    }
}
