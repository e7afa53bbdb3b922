/** The only package where cleartext lives: key ring, RSA, seal formats, at-rest seal. No Camel, no logger, no JSON binder. */
@NullMarked
package dev.passcourier.vault;

import org.jspecify.annotations.NullMarked;
