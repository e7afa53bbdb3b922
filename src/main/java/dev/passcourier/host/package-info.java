/** What the process runs in: the Java machine, its environment, class path, loggers and Camel's switches. */
@NullMarked
package dev.passcourier.host;

import org.jspecify.annotations.NullMarked;
