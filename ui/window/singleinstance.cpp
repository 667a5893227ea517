#include "singleinstance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QLocalSocket>
#include <QStandardPaths>

namespace runyard {

static constexpr int patience = 1000;  // ms; a window that does not answer in this time hangs

SingleInstance::SingleInstance(const QString& dataFolder, QObject* parent) : QObject(parent)
{
    const QByteArray hash = QCryptographicHash::hash(QDir(dataFolder).absolutePath().toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
    m_path = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation) + QStringLiteral("/runyard/window-") + QString::fromLatin1(hash);
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::greet);
}

bool SingleInstance::raiseOther(const QString& page) const
{
    QLocalSocket socket;
    socket.connectToServer(m_path);
    if (!socket.waitForConnected(patience))
        return false;
    socket.write("raise " + page.toUtf8() + '\n');
    return socket.waitForBytesWritten(patience) && socket.waitForReadyRead(patience);
}

bool SingleInstance::listen()
{
    QDir().mkpath(m_path.section(QLatin1Char('/'), 0, -2));
    if (m_server.listen(m_path))
        return true;
    QLocalServer::removeServer(m_path);  // left by a window that was killed
    return m_server.listen(m_path);
}

void SingleInstance::greet()
{
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
            if (!socket->canReadLine())
                return;
            const QString line = QString::fromUtf8(socket->readLine()).trimmed();
            socket->write("ok\n");
            socket->disconnectFromServer();
            Q_EMIT raised(line.section(QLatin1Char(' '), 1));
        });
    }
}

} // namespace runyard
