/** How we speak HTTP and TLS, to clouds and webhooks alike: limits, trust, and which headers pass. */
@NullMarked
package dev.passcourier.http;

import org.jspecify.annotations.NullMarked;
