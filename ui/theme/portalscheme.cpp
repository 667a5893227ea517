#include "portalscheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QFile>

namespace runyard {

namespace {

constexpr auto busName = "runyard-portal";
constexpr auto service = "org.freedesktop.portal.Desktop";
constexpr auto path = "/org/freedesktop/portal/desktop";
constexpr auto interface = "org.freedesktop.portal.Settings";
constexpr auto space = "org.freedesktop.appearance";
constexpr auto schemeKey = "color-scheme";

// Without an address the bus library would start a bus of its own.
bool haveSessionBus()
{
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") || QFile::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

// Read wraps its answer in one variant more than ReadOne.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value;
}

} // namespace

PortalScheme::~PortalScheme()
{
    QDBusConnection::disconnectFromBus(QLatin1String(busName));
}

void PortalScheme::ask()
{
    if (!haveSessionBus())
        return;
    QDBusConnection bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QLatin1String(busName));
    if (!bus.isConnected())
        return;
    bus.connect(QString(), QLatin1String(path), QLatin1String(interface), QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QDBusMessage)));
    QDBusMessage call = QDBusMessage::createMethodCall(QLatin1String(service), QLatin1String(path), QLatin1String(interface), QStringLiteral("Read"));
    call << QString::fromLatin1(space) << QString::fromLatin1(schemeKey);
    const QDBusMessage reply = bus.call(call, QDBus::Block, 500);
    if (reply.type() == QDBusMessage::ReplyMessage && !reply.arguments().isEmpty())
        take(reply.arguments().constFirst());
}

void PortalScheme::settingChanged(const QDBusMessage& signal)
{
    const QVariantList arguments = signal.arguments();
    if (arguments.size() == 3 && arguments.at(0).toString() == QLatin1String(space) && arguments.at(1).toString() == QLatin1String(schemeKey))
        take(arguments.at(2));
}

void PortalScheme::take(const QVariant& value)
{
    const int scheme = unwrapped(value).toInt();
    if (scheme == 1 || scheme == 2)
        Q_EMIT prefers(scheme);
}

} // namespace runyard
