#pragma once

#include "api/workspace.h"

#include <QString>

#include <vector>

namespace runyard {

// What a person pastes to point a tool at the workspace on this computer.
struct ToolLines {
    QString tool;     // "MLflow"
    QString about;    // one sentence
    QString shell;    // export lines
    QString example;  // in Python or for the shell; empty: none
};

// One for each tool; the token in them lets its holder into the workspace.
std::vector<ToolLines> toolLines(const api::ServiceInfo& service);

// The same text for the screen: the token as dots.
QString withoutToken(QString text, const api::ServiceInfo& service);

} // namespace runyard
