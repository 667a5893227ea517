#pragma once

#include "theme/state.h"

#include <QString>

#include <string>

namespace runyard {

// One of Azure's states as a person reads it.
struct RunState {
    QString word;  // "Running"
    StateKind kind = StateKind::Neutral;
    bool isActive = false;  // still changes by itself
};

RunState runState(const std::string& status);

} // namespace runyard
