#pragma once

#include <QString>
#include <QStringList>

namespace runyard::tour {

// The service's own record of what it answered: DIR/logs/access.log. A step of the tour is believed only if it finds its request there.
class AccessLog {
public:
    explicit AccessLog(const QString& dataFolder) : m_file(dataFolder + QStringLiteral("/logs/access.log")) {}

    // Forgets what was answered until now.
    void mark();
    // A line since the mark whose method is `method`, whose path matches the regular expression and whose status is 2xx; a Fault after `seconds`.
    QString expect(const QString& method, const QString& pathPattern, int seconds = 10);
    const QStringList& found() const { return m_found; }

private:
    QString m_file;
    qint64 m_from = 0;
    QStringList m_found;
};

} // namespace runyard::tour
