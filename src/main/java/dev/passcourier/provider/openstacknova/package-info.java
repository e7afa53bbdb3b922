/** OpenStack Nova: encrypted passwords that guests have published. */
@NullMarked
package dev.passcourier.provider.openstacknova;

import org.jspecify.annotations.NullMarked;
