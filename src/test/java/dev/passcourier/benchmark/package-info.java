/** Measures the service as it is shipped beside a hand-written program that does one hop: .github/PROVING.md, "Speed". */
@NullMarked
package dev.passcourier.benchmark;

import org.jspecify.annotations.NullMarked;
