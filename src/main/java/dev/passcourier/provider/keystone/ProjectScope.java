package dev.passcourier.provider.keystone;

import org.jspecify.annotations.Nullable;

/** The project a token is to be good for. */
public final class ProjectScope {

    private final String member;
    private final String value;
    private final @Nullable String domain;

    private ProjectScope(String member, String value, @Nullable String domain) {
        this.member = member;
        this.value = value;
        this.domain = domain;
    }

    /** By id, which is unique by itself. */
    public static ProjectScope id(String id) {
        return new ProjectScope("id", id, null);
    }

    /**
     * By name.
     *
     * @param domain name of the domain that holds the project, or null to let the cloud take the user's
     */
    public static ProjectScope name(String name, @Nullable String domain) {
        return new ProjectScope("name", name, domain);
    }

    void write(JsonBytes json) {
        json.raw("{\"project\":{").text(member).raw(":").text(value);
        if (domain != null) {
            json.raw(",\"domain\":{\"name\":").text(domain).raw("}");
        }
        json.raw("}}");
    }
}
