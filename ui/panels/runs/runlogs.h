#pragma once

#include "client/runs.h"

#include <QObject>
#include <QStringList>

#include <map>
#include <memory>

namespace runyard {

class LogStore;

// The logs of one run, a store for each file. Their bytes pass through here once and are indexed elsewhere.
class RunLogs final : public QObject {
    Q_OBJECT
public:
    explicit RunLogs(QObject* parent = nullptr);
    ~RunLogs() override;

    void append(const client::LogChunk& chunk);
    void clear();
    QStringList files() const;  // what the script wrote first, then the others by name
    LogStore* store(const QString& file) const;
    // What a person wants to see now: the script's own log once it has said something, else what was written last.
    QString interesting() const;

Q_SIGNALS:
    void added(QString file);
    void grew(QString file);
    void cleared();
    void failed(QString sentence);             // a log could not be kept as it came
    void saved(QString file, QString error);  // error empty: done

private:
    std::map<QString, std::unique_ptr<LogStore>> m_stores;
    QString m_latest;
};

} // namespace runyard
