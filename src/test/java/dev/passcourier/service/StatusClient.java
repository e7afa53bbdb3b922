package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks the service's status page. */
public record StatusClient(int port) {

    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Whether /health says so, with the status code that belongs to it. */
    public boolean isUp() throws Exception {
        HttpResponse<String> health = get("/health");
        boolean up = new ObjectMapper()
                .readTree(health.body())
                .path("status")
                .asText()
                .equals("UP");
        assertThat(health.statusCode()).isEqualTo(up ? 200 : 503);
        return up;
    }

    /** The code of a check, empty while it is up. */
    public String code(String check) throws Exception {
        for (JsonNode each : new ObjectMapper().readTree(get("/health").body()).path("checks")) {
            if (each.path("name").asText().equals(check)) {
                return each.path("code").asText();
            }
        }
        throw new AssertionError("no check " + check);
    }

    /** Whether a queue is empty, as the page has it. */
    public void assertEmpty(String queue) throws Exception {
        assertThat(get("/").body()).contains("<td>" + queue + "</td><td>0</td>");
    }
}
