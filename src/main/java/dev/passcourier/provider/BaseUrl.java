package dev.passcourier.provider;

import dev.passcourier.config.ConfigurationException;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The base URL of a cloud, as configured or made of a region's name. */
public final class BaseUrl {

    private static final Pattern REGION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private BaseUrl() {}

    /**
     * The configured URL, or the one the cloud documents.
     *
     * @param setting    the setting's name, for the operator
     * @param configured the setting's value, or null to take the pattern
     * @param pattern    URL with one {@code %s} for the region
     * @return without trailing slash and default port, with the host in lower case
     * @throws ConfigurationException if it is not a plain HTTP URL, or the region is not a name
     */
    public static URI of(String setting, @Nullable URI configured, String pattern, String region)
            throws ConfigurationException {
        if (configured != null) {
            return of(setting, configured);
        }
        if (!REGION.matcher(region).matches()) {
            throw new ConfigurationException("region: not a region's name");
        }
        return URI.create(String.format(Locale.ROOT, pattern, region));
    }

    /**
     * The base URL of an identity service, of which people have the whole address, or that with the version.
     *
     * @param setting the setting's name, for the operator
     * @param base    without trailing slash
     * @param path    what our calls put before {@code /v3}, such as {@code /identity}, or nothing
     * @throws ConfigurationException if it names a version that the calls here are not of
     */
    public static URI identity(String setting, URI base, String path) throws ConfigurationException {
        if (base.getRawPath().matches(".*/v2(\\.[0-9]+)?")) {
            throw new ConfigurationException(setting + ": ends in a version 2 of the identity API, and version 3 is"
                    + " asked; write it without the version");
        }
        return URI.create(
                base.toString().replaceFirst("(/v3)?(/auth(/tokens)?)?$", "").replaceFirst(path + "$", ""));
    }

    /**
     * The configured URL.
     *
     * @param setting    the setting's name, for the operator
     * @param configured the setting's value
     * @return without trailing slash and default port, with the host in lower case
     * @throws ConfigurationException if it is not a plain HTTP URL
     */
    public static URI of(String setting, URI configured) throws ConfigurationException {
        String scheme = String.valueOf(configured.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new ConfigurationException(setting + ": must start with https:// or http://");
        }
        if (configured.getHost() == null
                || configured.getUserInfo() != null
                || configured.getQuery() != null
                || configured.getFragment() != null) {
            throw new ConfigurationException(setting + ": must be a host, with a port and a path if need be");
        }
        boolean defaultPort = configured.getPort() == (scheme.equals("https") ? 443 : 80);
        String port = configured.getPort() < 0 || defaultPort ? "" : ":" + configured.getPort();
        String path = configured.getRawPath().replaceFirst("/+$", "");
        return URI.create(scheme + "://" + configured.getHost().toLowerCase(Locale.ROOT) + port + path);
    }
}
