/** Pretend clouds, mailbox and webhook receiver: they speak the documented protocols and can misbehave. */
@NullMarked
package dev.passcourier.sandbox;

import org.jspecify.annotations.NullMarked;
