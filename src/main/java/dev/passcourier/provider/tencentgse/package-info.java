/** Tencent Cloud Game Server Engine (shut down by Tencent): access secrets of fleet instances. */
@NullMarked
package dev.passcourier.provider.tencentgse;

import org.jspecify.annotations.NullMarked;
