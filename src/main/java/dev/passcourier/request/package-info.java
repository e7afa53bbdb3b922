/** What a requester asks for, and the words in which every other room speaks about it. */
@NullMarked
package dev.passcourier.request;

import org.jspecify.annotations.NullMarked;
