package dev.passcourier.demo;

import dev.passcourier.request.Verdict;

/**
 * How one of the demo's requests should end.
 *
 * @param request  its id
 * @param verdict  how it ends
 * @param attempts how often the cloud is asked at least
 * @param story    what it shows, for people
 */
record Expectation(String request, Verdict verdict, int attempts, String story) {}
