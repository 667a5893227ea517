#include "logstore.h"

#include "logworker.h"

#include <QStandardPaths>

namespace runyard {

static std::filesystem::path folderOr(const QString& folder)
{
    const QString chosen = folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + QStringLiteral("/runyard/logs") : folder;
    return chosen.toStdString();
}

LogStore::LogStore(const QString& folder, QObject* parent)
    : QObject(parent), m_worker(std::make_unique<Worker>(folderOr(folder), [this] { QMetaObject::invokeMethod(this, &LogStore::deliver, Qt::QueuedConnection); }))
{
}

LogStore::~LogStore() = default;

void LogStore::append(QByteArray bytes)
{
    m_worker->append(std::move(bytes));
}

void LogStore::note(QVector<Time> times)
{
    m_worker->note(std::move(times));
}

void LogStore::clear()
{
    m_worker->clear();
}

qint64 LogStore::appended() const
{
    return m_worker->appended();
}

void LogStore::saveTo(const QString& file)
{
    Worker::Question question{.kind = Worker::Kind::Save, .query = {}, .file = file.toStdString()};
    m_worker->ask(std::move(question));
}

LogExtent LogStore::extent() const
{
    return m_worker->extent();
}

void LogStore::attach(LogListener& listener)
{
    m_listeners.append(&listener);
}

void LogStore::detach(LogListener& listener)
{
    m_listeners.removeAll(&listener);
    m_worker->forget(&listener);
}

std::uint64_t LogStore::fetch(LogListener& listener, std::int64_t first, std::int64_t count)
{
    return m_worker->ask({.kind = Worker::Kind::Rows, .listener = &listener, .first = first, .count = count, .query = {}, .file = {}});
}

std::uint64_t LogStore::find(LogListener& listener, const LogQuery& query)
{
    return m_worker->ask({.kind = Worker::Kind::Find, .listener = &listener, .query = query, .file = {}});
}

std::uint64_t LogStore::text(LogListener& listener, std::int64_t first, std::int64_t count)
{
    return m_worker->ask({.kind = Worker::Kind::Text, .listener = &listener, .first = first, .count = count, .query = {}, .file = {}});
}

bool LogStore::isAttached(const LogListener* listener) const
{
    return m_listeners.contains(listener);
}

void LogStore::deliver()
{
    Worker::Taken taken = m_worker->take();
    if (!taken.failure.empty())
        Q_EMIT failed(QString::fromStdString(taken.failure));
    if (taken.grew) {
        const auto listeners = m_listeners;
        for (LogListener* listener : listeners) {
            if (isAttached(listener))
                listener->logGrew();
        }
        Q_EMIT grew();
    }
    for (auto& answer : taken.answers) {
        if (answer.question.kind == Worker::Kind::Save) {
            Q_EMIT saved(QString::fromStdString(answer.question.file), QString::fromStdString(answer.error));
            continue;
        }
        LogListener* listener = answer.question.listener;
        if (!isAttached(listener))
            continue;
        if (answer.question.kind == Worker::Kind::Rows)
            listener->logRows(answer.question.ticket, std::move(answer.rows));
        else if (answer.question.kind == Worker::Kind::Find)
            listener->logFound(answer.question.ticket, answer.found);
        else
            listener->logText(answer.question.ticket, std::move(answer.text));
    }
}

} // namespace runyard
