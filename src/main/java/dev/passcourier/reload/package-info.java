/** What a change of the settings means for a running service: what is added, removed and changed, and what takes a restart. */
@NullMarked
package dev.passcourier.reload;

import org.jspecify.annotations.NullMarked;
