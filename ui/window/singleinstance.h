#pragma once

#include <QLocalServer>
#include <QObject>

namespace runyard {

// One window for a data folder in a user's session: the first start listens, a later one tells it to come to the front.
class SingleInstance final : public QObject {
    Q_OBJECT
public:
    explicit SingleInstance(const QString& dataFolder, QObject* parent = nullptr);

    // True where another window took the request, which also names the page to show (may be empty).
    bool raiseOther(const QString& page) const;
    // Answers later starts. A false answer means only that they cannot be noticed.
    bool listen();

Q_SIGNALS:
    void raised(const QString& page);

private:
    void greet();

    QString m_path;
    QLocalServer m_server;
};

} // namespace runyard
