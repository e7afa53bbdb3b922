/** What other programs said when they refused us: made fit to be shown, and logged in one form. */
@NullMarked
package dev.passcourier.remote;

import org.jspecify.annotations.NullMarked;
