#pragma once

#include <QObject>

class QDBusMessage;
class QVariant;

namespace runyard {

// Asks the desktop portal (org.freedesktop.portal.Settings) which colour scheme the user prefers, and follows it.
// Lives in a thread of its own: neither connecting to the bus nor an answer that never comes holds up the window.
class PortalScheme : public QObject {
    Q_OBJECT
public:
    ~PortalScheme() override;
    void ask();

Q_SIGNALS:
    void prefers(int scheme);  // 1 dark, 2 light; nothing if the desktop has no preference or no portal

private Q_SLOTS:
    void settingChanged(const QDBusMessage& signal);

private:
    void take(const QVariant& value);
};

} // namespace runyard
