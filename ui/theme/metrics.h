#pragma once

namespace runyard::metrics {

// Logical pixels at a user scale of 1; px() applies the scale of the user.
constexpr int radiusSmall = 4;
constexpr int radiusControl = 7;
constexpr int radiusCard = 10;
constexpr int controlHeight = 30;
constexpr int rowHeight = 32;
constexpr int iconSize = 16;
constexpr int railIconSize = 20;
constexpr int pagePadding = 20;
constexpr int related = 8;   // between things that belong together, and inside a control
constexpr int grouped = 16;  // between groups
constexpr int railWidth = 208;
constexpr int topBarHeight = 48;
constexpr int statusBarHeight = 26;

} // namespace runyard::metrics

namespace runyard {

// A length of the list above at the user's scale.
int px(int length);

} // namespace runyard
