/** The composition root: makes the objects of all packages, binds them, and starts the routes that join them. */
@NullMarked
package dev.passcourier.service;

import org.jspecify.annotations.NullMarked;
