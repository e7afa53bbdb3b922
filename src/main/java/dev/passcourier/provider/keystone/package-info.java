/** Tokens of OpenStack's Identity API v3, which several clouds share. */
@NullMarked
package dev.passcourier.provider.keystone;

import org.jspecify.annotations.NullMarked;
