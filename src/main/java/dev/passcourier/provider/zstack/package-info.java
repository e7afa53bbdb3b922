/** ZStack: console passwords of virtual machines, by session or access key. */
@NullMarked
package dev.passcourier.provider.zstack;

import org.jspecify.annotations.NullMarked;
