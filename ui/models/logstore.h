#pragma once

#include "telemetry/logsource.h"

#include <QByteArray>
#include <QObject>
#include <QVector>

#include <memory>

namespace runyard {

// The bytes of one log, kept in an unlinked cache file and indexed by a thread of its own. Memory stays small whatever
// the log's size. append() and note() may be called from any thread; everything else belongs to the GUI thread.
class LogStore : public QObject, public LogSource {
    Q_OBJECT
public:
    struct Time {
        qint64 offset;  // bytes from here on …
        qint64 millis;  // … were written then, ms since 1970 UTC
    };

    // An empty folder means the user's cache.
    explicit LogStore(const QString& folder = {}, QObject* parent = nullptr);
    ~LogStore() override;

    void append(QByteArray bytes);
    void note(QVector<Time> times);
    void clear();             // the log starts anew, as when a run is tried again
    qint64 appended() const;  // bytes given to append() since the start or clear(): where to go on reading
    void saveTo(const QString& file);  // all bytes as they are; saved() follows

    LogExtent extent() const override;
    void attach(LogListener& listener) override;
    void detach(LogListener& listener) override;
    std::uint64_t fetch(LogListener& listener, std::int64_t first, std::int64_t count) override;
    std::uint64_t find(LogListener& listener, const LogQuery& query) override;
    std::uint64_t text(LogListener& listener, std::int64_t first, std::int64_t count) override;

Q_SIGNALS:
    void grew();
    void failed(const QString& sentence);  // the cache could not be written; the log is shown up to there
    void saved(const QString& file, const QString& error);  // error empty: done

private:
    class Worker;

    void deliver();
    bool isAttached(const LogListener* listener) const;

    std::unique_ptr<Worker> m_worker;
    QVector<LogListener*> m_listeners;
};

} // namespace runyard
