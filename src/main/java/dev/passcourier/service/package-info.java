/** The composition root: makes every room's objects, binds them by name, and starts the routes that join them. */
@NullMarked
package dev.passcourier.service;

import org.jspecify.annotations.NullMarked;
