#include "accesslog.h"

#include "driver.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace runyard::tour {

void AccessLog::mark()
{
    m_from = QFileInfo(m_file).size();
    m_found.clear();
}

QString AccessLog::expect(const QString& method, const QString& pathPattern, int seconds)
{
    const QRegularExpression pattern(QStringLiteral("\\s%1\\s\\S*%2\\S*\\s2\\d\\d\\s").arg(method, pathPattern), QRegularExpression::CaseInsensitiveOption);
    QString line;
    const auto look = [&] {
        QFile file(m_file);
        if (!file.open(QIODevice::ReadOnly) || !file.seek(m_from))
            return false;
        const auto match = pattern.match(QString::fromUtf8(file.readAll()));
        if (!match.hasMatch())
            return false;
        line = match.captured(0).trimmed();
        return true;
    };
    waitFor(QStringLiteral("a %1 of %2 answered 2xx in the service's log").arg(method, pathPattern), look, seconds);
    m_found << line;
    return line;
}

} // namespace runyard::tour
