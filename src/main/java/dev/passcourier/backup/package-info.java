/** Backups of all that the service keeps, how they are put back, and which forms on the disk this release reads. */
@NullMarked
package dev.passcourier.backup;

import org.jspecify.annotations.NullMarked;
