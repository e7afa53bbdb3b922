/** What Passcourier does when the world around it fails: the fault matrix and the bulkheads. */
@NullMarked
package dev.passcourier.faults;

import org.jspecify.annotations.NullMarked;
