#pragma once

#include "tokens.h"

#include <QString>
#include <Qt>

namespace runyard {

// How the state of a run, node or transfer is to be felt; a word always says which state it is.
enum class StateKind { Neutral, Accent, Success, Warning, Danger };

// The role under which a model gives an int(StateKind) for StateDelegate.
constexpr int StateKindRole = Qt::UserRole + 40;

Token strongToken(StateKind kind);
Token weakToken(StateKind kind);
QString iconName(StateKind kind);  // for themeIcon()

} // namespace runyard
