/** KakaoCloud: encrypted Windows passwords of instances in BCS. */
@NullMarked
package dev.passcourier.provider.kakaocloud;

import org.jspecify.annotations.NullMarked;
