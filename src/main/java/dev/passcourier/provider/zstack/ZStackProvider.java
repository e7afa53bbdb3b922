package dev.passcourier.provider.zstack;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.BaseUrl;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.ProviderType;
import java.net.URI;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Objects;

/**
 * ZStack's {@code GetVmConsolePassword}. It hands out the VNC or SPICE console password of a virtual machine, in clear,
 * and not a password of the guest system. Source: the open-source server and Java SDK, version 5.2.0.
 */
public final class ZStackProvider implements ProviderType {

    @Override
    public String id() {
        return "zstack";
    }

    /** The server documents no limit; ten calls per second keep a management node free for its own work. */
    @Override
    public double defaultRate() {
        return 10;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        ZStackSettings settings = account.as(ZStackSettings.class);
        URI base = BaseUrl.of("endpoint", settings.endpoint());
        return settings.auth() instanceof ZStackSettings.SessionAuth
                ? Map.of("api", base, "sign-in", base)
                : Map.of("api", base);
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        return protocol(account.as(ZStackSettings.class).auth(), account.clock());
    }

    static CloudProtocol protocol(ZStackSettings.Auth auth, Clock clock) {
        ZStackFaults faults = new ZStackFaults(clock);
        if (auth instanceof ZStackSettings.SessionAuth session) {
            return ZStackProtocol.bySession(new ZStackSignIn(session, faults, clock), faults);
        }
        ZStackSettings.AccessKeyAuth key = (ZStackSettings.AccessKeyAuth) auth;
        ZoneId zone = Objects.requireNonNullElseGet(key.timeZone(), ZoneId::systemDefault);
        return ZStackProtocol.byAccessKey(new AccessKeySigner(key.id(), key.secret(), zone, clock), faults);
    }
}
