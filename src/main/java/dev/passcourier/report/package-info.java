/** Results of batches and credential reports of schedules. */
@NullMarked
package dev.passcourier.report;

import org.jspecify.annotations.NullMarked;
