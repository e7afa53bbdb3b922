package dev.passcourier.sandbox;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tencent Cloud Game Server Engine, {@code GetInstanceAccess} of 2019-11-12. Errors are HTTP 200, too. */
final class TencentGse implements Protocol {

    private static final int LARGEST_QUERY = 32 << 10;
    private static final long WINDOW_SECONDS = 300;
    private static final Set<String> PARAMETERS = Set.of("FleetId", "InstanceId");
    private static final Set<String> REGIONS = Set.of(
            "eu-frankfurt",
            "ap-beijing",
            "ap-tokyo",
            "ap-seoul",
            "ap-singapore",
            "ap-mumbai",
            "ap-hongkong",
            "na-ashburn",
            "na-siliconvalley",
            "ap-guangzhou",
            "ap-shanghai");

    private final Clock clock;
    private final Instances instances;
    private final Tc3Verifier v3;
    private final TencentV1Verifier v1;
    private volatile @Nullable String token;

    TencentGse(Clock clock, Instances instances, String secretId, String secretKey) {
        this.clock = clock;
        this.instances = instances;
        this.v3 = new Tc3Verifier("gse", secretId, secretKey);
        this.v1 = new TencentV1Verifier(secretId, secretKey);
    }

    void requireToken(String text) {
        token = text;
    }

    @Override
    public Reply answer(Request request) {
        if (!request.path().equals("/") || !Set.of("GET", "POST").contains(request.method())) {
            return Reply.html(404, "404 Not Found");
        }
        TencentCall call = TencentCall.of(request);
        return form(request)
                .or(() -> credentials(request, call))
                .or(() -> action(call))
                .or(() -> parameters(call))
                .orElseGet(() -> access(call));
    }

    private static Optional<Reply> form(Request request) {
        String query = request.query();
        if (query != null && query.length() > LARGEST_QUERY) {
            return Optional.of(error("RequestSizeLimitExceeded", "The request size exceeds the limit."));
        }
        String type = request.header("content-type", "");
        boolean fits = type.startsWith("application/x-www-form-urlencoded")
                || (request.method().equals("POST") && request.sendsJson())
                || (request.method().equals("GET") && type.isEmpty());
        return fits ? Optional.empty() : Optional.of(error("InvalidRequest", "The Content-Type is not supported."));
    }

    private Optional<Reply> credentials(Request request, TencentCall call) {
        Optional<String> timestamp = call.common("Timestamp");
        if (timestamp.isEmpty()) {
            return Optional.of(missing("Timestamp"));
        }
        Optional<String> wrong = call.v1() ? v1.complaint(request, call.common()) : v3.complaint(request);
        return wrong.or(() -> expired(timestamp.get()))
                .or(() -> tokenComplaint(call))
                .map(TencentGse::authFailure);
    }

    private Optional<String> expired(String timestamp) {
        try {
            long age = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(timestamp));
            return age <= WINDOW_SECONDS ? Optional.empty() : Optional.of("AuthFailure.SignatureExpire");
        } catch (NumberFormatException e) {
            return Optional.of("AuthFailure.SignatureExpire");
        }
    }

    private Optional<String> tokenComplaint(TencentCall call) {
        return call.common("Token").equals(Optional.ofNullable(token))
                ? Optional.empty()
                : Optional.of("AuthFailure.TokenFailure");
    }

    private static Optional<Reply> action(TencentCall call) {
        for (String name : new String[] {"Action", "Version", "Region"}) {
            if (call.common(name).isEmpty()) {
                return Optional.of(missing(name));
            }
        }
        if (!call.common("Action").equals(Optional.of("GetInstanceAccess"))) {
            return Optional.of(error("InvalidAction", "The request action is invalid or not found."));
        }
        if (!call.common("Version").equals(Optional.of("2019-11-12"))) {
            return Optional.of(error("NoSuchVersion", "The version does not exist."));
        }
        return REGIONS.contains(call.common("Region").orElseThrow())
                ? Optional.empty()
                : Optional.of(error("UnsupportedRegion", "The region is not supported."));
    }

    private static Optional<Reply> parameters(TencentCall call) {
        Map<String, String> own = call.parameters();
        if (own == null) {
            return Optional.of(error("InvalidParameter", "The body is not a JSON object."));
        }
        for (String name : PARAMETERS) {
            if (call.own(name).isEmpty()) {
                return Optional.of(missing(name));
            }
        }
        return own.keySet().stream()
                .filter(name -> !PARAMETERS.contains(name))
                .findFirst()
                .map(name -> error("UnknownParameter", "The parameter `" + name + "` is not recognized."));
    }

    private Reply access(TencentCall call) {
        String fleet = call.own("FleetId").orElseThrow();
        Optional<SandboxInstance> found = instances
                .find(call.own("InstanceId").orElseThrow())
                .filter(each -> each.group().equals(fleet));
        if (found.isEmpty()) {
            return error("ResourceNotFound", "The fleet or instance does not exist.");
        }
        SandboxInstance instance = found.get();
        Optional<String> secret = instance.ask();
        return instance.holdingBack()
                ? error("ResourceUnavailable", "The instance is not active yet.")
                : granted(instance, secret.orElse(""));
    }

    private static Reply granted(SandboxInstance instance, String secret) {
        return response(
                "InstanceAccess",
                Json.object(
                        "Credentials",
                        Json.object("Secret", secret, "UserName", instance.userName()),
                        "FleetId",
                        instance.group(),
                        "InstanceId",
                        instance.id(),
                        "IpAddress",
                        "192.0.2.10",
                        "OperatingSystem",
                        instance.operatingSystem()));
    }

    @Override
    public @Nullable String instance(Request request) {
        return TencentCall.of(request).own("InstanceId").orElse(null);
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case THROTTLED ->
                error(
                        "RequestLimitExceeded",
                        "Your current request times exceeds the limit `20` per"
                                + " second. Please reduce the frequency of calls.");
            case SERVER_ERROR -> error("InternalError", "An internal error has occurred. Retry your request.");
            case UNAVAILABLE -> Reply.html(503, "503 Service Temporarily Unavailable");
            case TOKEN_EXPIRED -> authFailure("AuthFailure.TokenFailure");
            case DENIED -> error("UnauthorizedOperation", "You are not authorized to perform this operation.");
            case NOT_FOUND -> error("ResourceNotFound", "The fleet or instance does not exist.");
            case BAD_CREDENTIALS -> authFailure("AuthFailure.SignatureFailure");
        };
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        Reply reply = error(code, message);
        return Reply.of(status, reply.headers(), reply.body());
    }

    private static Reply missing(String parameter) {
        return error("MissingParameter", "The request is missing a required parameter `" + parameter + "`.");
    }

    private static Reply authFailure(String code) {
        return error(code, "The provided credentials could not be validated. Please check your signature is correct.");
    }

    private static Reply error(String code, String message) {
        return response("Error", Json.object("Code", code, "Message", message));
    }

    private static Reply response(String name, Object value) {
        return Reply.json(200, Json.object("Response", Json.object(name, value, "RequestId", Names.uuid())));
    }
}
