/** The settings file: typed, checked whole before the start, secrets by reference only. */
@NullMarked
package dev.passcourier.config;

import org.jspecify.annotations.NullMarked;
