/** The contract every cloud fulfils, failure classes, the Keystone client, and one package per cloud. */
@NullMarked
package dev.passcourier.provider;

import org.jspecify.annotations.NullMarked;
