#include "place.h"

#include <QStringList>

namespace runyard {

static const QStringList& names()
{
    static const QStringList all{QStringLiteral("home"), QStringLiteral("data"), QStringLiteral("compute"), QStringLiteral("runs"),
                                 QStringLiteral("models"), QStringLiteral("settings"), QStringLiteral("newrun"), QStringLiteral("run"), QStringLiteral("connect")};
    return all;
}

Place placeNamed(const QString& name)
{
    const auto at = names().indexOf(name.toLower());
    return at < 0 ? Place::Home : static_cast<Place>(at);
}

QString nameOf(Place place)
{
    return names().at(static_cast<int>(place));
}

} // namespace runyard
