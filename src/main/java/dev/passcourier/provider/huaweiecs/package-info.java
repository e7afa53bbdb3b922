/** Huawei Cloud ECS: encrypted Windows passwords, by token or signed with access keys. */
@NullMarked
package dev.passcourier.provider.huaweiecs;

import org.jspecify.annotations.NullMarked;
