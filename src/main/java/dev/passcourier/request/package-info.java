/** What a requester asks for, and the words in which every other package speaks about it. */
@NullMarked
package dev.passcourier.request;

import org.jspecify.annotations.NullMarked;
