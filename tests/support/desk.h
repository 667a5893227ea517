#pragma once

#include "bridge/bridge.h"
#include "bridge/calls.h"
#include "client/client.h"
#include "core/servicethread.h"
#include "http/client.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <optional>

namespace runyard {

// The desktop's side without its window, on a data folder of its own whose real service it starts, and ends when it goes.
class Desk {
public:
    explicit Desk(const QString& dataFolder = {})
    {
        qputenv("XDG_RUNTIME_DIR", m_folder.path().toUtf8());
        m_data = dataFolder.isEmpty() ? m_folder.filePath(QStringLiteral("data")) : dataFolder;
        m_client.emplace(m_transport, m_data.toStdString(), std::filesystem::path(qEnvironmentVariable("RUNYARD_BIN").toStdString()) / "runyardd");
        m_thread.emplace(m_context);
    }

    ~Desk()
    {
        m_thread.reset();
        endService();
    }

    Bridge& bridge() { return m_bridge; }
    client::Client& client() { return *m_client; }
    QString dataFolder() const { return m_data; }
    QString scratch(const QString& name) const { return m_folder.filePath(name); }

    // The answer to a Task, while events are handled; nothing where it takes longer than `limit` ms.
    template<typename T>
    std::optional<T> answer(Task<T> task, int limit = 60'000)
    {
        std::optional<T> value;
        Calls calls(m_bridge);
        calls.start(std::move(task), [&value](T got) { value.emplace(std::move(got)); });
        QElapsedTimer clock;
        for (clock.start(); !value && clock.elapsed() < limit;)
            QTest::qWait(10);
        return value;
    }

    bool open()
    {
        const auto workspace = answer(m_client->service.open());
        if (workspace && !*workspace)
            qWarning("%s (%s)", workspace->error().message.c_str(), workspace->error().detail.c_str());
        return workspace && workspace->has_value();
    }

private:
    // The worker's parent holds the data folder and would bring the worker back.
    void endService() const
    {
        QFile info(m_data + QStringLiteral("/service.json"));
        if (!info.open(QIODevice::ReadOnly))
            return;
        const int worker = QJsonDocument::fromJson(info.readAll()).object().value(QStringLiteral("pid")).toInt();
        QFile stat(QStringLiteral("/proc/%1/stat").arg(worker));
        if (worker <= 1 || !stat.open(QIODevice::ReadOnly))
            return;
        const QByteArray line = stat.readAll();
        const int parent = line.mid(line.lastIndexOf(')') + 2).split(' ').value(1).toInt();
        if (parent > 1)
            ::kill(parent, SIGTERM);
        for (int round = 0; round < 100 && ::kill(worker, 0) == 0; ++round)
            QTest::qSleep(20);
    }

    QTemporaryDir m_folder;
    QString m_data;
    asio::io_context m_context{1};
    http::Client m_transport{m_context};
    std::optional<client::Client> m_client;
    Bridge m_bridge{m_context};
    std::optional<ServiceThread> m_thread;
};

} // namespace runyard
