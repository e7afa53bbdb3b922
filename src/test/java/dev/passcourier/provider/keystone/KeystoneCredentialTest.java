package dev.passcourier.provider.keystone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.SecretFiles;
import dev.passcourier.provider.keystone.KeystoneCredential.ApplicationCredential;
import dev.passcourier.provider.keystone.KeystoneCredential.NamedApplicationCredential;
import dev.passcourier.provider.keystone.KeystoneCredential.Password;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeystoneCredentialTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private SecretRef secret;

    @BeforeEach
    void writeSecret() {
        secret = SecretFiles.write(folder, "can\"ary");
    }

    @Test
    void asksWithAnApplicationCredentialById() throws Exception {
        assertThat(json(new ApplicationCredential("id-\"1", secret))).isEqualTo(tree("""
                                {"auth":{"identity":{"methods":["application_credential"],
                                 "application_credential":{"id":"id-\\"1","secret":"can\\"ary"}}}}"""));
    }

    @Test
    void asksWithAnApplicationCredentialByName() throws Exception {
        assertThat(json(new NamedApplicationCredential("key", "user-1", secret)))
                .isEqualTo(tree("""
                                {"auth":{"identity":{"methods":["application_credential"],
                                 "application_credential":{"name":"key","secret":"can\\"ary","user":{"id":"user-1"}}}}}"""));
    }

    @Test
    void asksWithAPasswordInAProjectByNameAndDomain() throws Exception {
        assertThat(json(new Password("u", "d", secret, ProjectScope.name("p", "pd"))))
                .isEqualTo(tree("""
                                {"auth":{"identity":{"methods":["password"],
                                 "password":{"user":{"name":"u","password":"can\\"ary","domain":{"name":"d"}}}},
                                 "scope":{"project":{"name":"p","domain":{"name":"pd"}}}}}"""));
    }

    @Test
    void asksWithAPasswordInAProjectByNameAlone() throws Exception {
        assertThat(json(new Password("u", "d", secret, ProjectScope.name("p", null)))
                        .at("/auth/scope"))
                .isEqualTo(tree("{\"project\":{\"name\":\"p\"}}"));
    }

    @Test
    void asksWithAPasswordInAProjectById() throws Exception {
        assertThat(json(new Password("u", "d", secret, ProjectScope.id("p-1"))).at("/auth/scope"))
                .isEqualTo(tree("{\"project\":{\"id\":\"p-1\"}}"));
    }

    @Test
    void cannotAskWithoutItsSecret() {
        KeystoneCredential credential = new ApplicationCredential("id", SecretFiles.missing(folder));

        assertThatThrownBy(credential::tokenRequest).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void printsNoSecret() {
        assertThat(new ApplicationCredential("id", secret).toString()).doesNotContain("ary");
    }

    private static JsonNode json(KeystoneCredential credential) throws Exception {
        return JSON.readTree(credential.tokenRequest());
    }

    private static JsonNode tree(String json) throws IOException {
        return JSON.readTree(json);
    }
}
