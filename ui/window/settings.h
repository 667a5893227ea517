#pragma once

#include "theme/theme.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace runyard {

// What the window remembers between two starts. Kept in an INI file of the user; nothing of a workspace is in it.
struct Settings {
    SchemeSetting scheme = SchemeSetting::System;
    double scale = 1.0;
    QByteArray geometry;
    bool isWorkspaceOpen = false;  // the person has chosen to work here; the next start opens the workspace by itself
    QStringList pinnedRuns;        // run ids

    static Settings load(const QString& file);
    void save(const QString& file) const;

    // $XDG_CONFIG_HOME/runyard/window.ini
    static QString defaultFile();
};

} // namespace runyard
