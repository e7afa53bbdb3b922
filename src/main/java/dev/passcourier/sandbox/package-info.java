/** Pretend clouds, mailbox and webhook receiver: they speak the documented protocols, errors included. */
@NullMarked
package dev.passcourier.sandbox;

import org.jspecify.annotations.NullMarked;
