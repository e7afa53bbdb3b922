/** Composes what leaves: mail, webhook, JMS and file, and reads how receivers answered. */
@NullMarked
package dev.passcourier.delivery;

import org.jspecify.annotations.NullMarked;
