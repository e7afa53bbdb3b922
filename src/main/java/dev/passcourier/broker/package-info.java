/** The Artemis broker: embedded or external, its queues and their settings. */
@NullMarked
package dev.passcourier.broker;

import org.jspecify.annotations.NullMarked;
