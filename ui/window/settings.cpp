#include "settings.h"

#include <QSettings>
#include <QStandardPaths>

#include <algorithm>

namespace runyard {

QString Settings::defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/runyard/window.ini");
}

Settings Settings::load(const QString& file)
{
    const QSettings ini(file, QSettings::IniFormat);
    Settings settings;
    settings.scheme = static_cast<SchemeSetting>(std::clamp(ini.value(QStringLiteral("look/scheme"), 0).toInt(), 0, 2));
    settings.scale = std::clamp(ini.value(QStringLiteral("look/scale"), 1.0).toDouble(), 0.9, 1.25);
    settings.geometry = ini.value(QStringLiteral("window/geometry")).toByteArray();
    settings.isWorkspaceOpen = ini.value(QStringLiteral("window/workspace_open"), false).toBool();
    settings.pinnedRuns = ini.value(QStringLiteral("runs/pinned")).toStringList();
    return settings;
}

void Settings::save(const QString& file) const
{
    QSettings ini(file, QSettings::IniFormat);
    ini.setValue(QStringLiteral("look/scheme"), static_cast<int>(scheme));
    ini.setValue(QStringLiteral("look/scale"), scale);
    ini.setValue(QStringLiteral("window/geometry"), geometry);
    ini.setValue(QStringLiteral("window/workspace_open"), isWorkspaceOpen);
    ini.setValue(QStringLiteral("runs/pinned"), pinnedRuns);
}

} // namespace runyard
