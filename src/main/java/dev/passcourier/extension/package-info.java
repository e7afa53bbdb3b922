/** What a Camel engineer adds: routes of their own, kept apart from the service's, and jars in {@code lib/ext}. */
@NullMarked
package dev.passcourier.extension;

import org.jspecify.annotations.NullMarked;
