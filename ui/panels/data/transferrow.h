#pragma once

#include "bridge/feed.h"
#include "client/transfer.h"
#include "models/ratemeter.h"

#include <QElapsedTimer>
#include <QWidget>

#include <functional>

namespace runyard {

class Notice;
class ProgressRow;

// One upload or download from start to end: progress, Cancel, what went wrong with Try again. Leaving cancels it.
class TransferRow final : public QWidget {
    Q_OBJECT
public:
    using Make = std::function<Task<Result<>>(Sink<client::TransferProgress>)>;

    TransferRow(Bridge& bridge, const QString& name, const QString& detail, Make make, QWidget* parent = nullptr);

    void start();
    void setSeparated(bool separated);  // a line below
    bool isRunning() const { return m_isRunning; }
    double rate() const { return m_isRunning ? m_meter.rate() : 0; }

Q_SIGNALS:
    void changed();  // progress, or another state
    void ended();    // well, by an error, or canceled

private:
    void show(const client::TransferProgress& progress);
    void end(const Result<>& result);
    void sayWhatWasLeftOut();
    void cancel();

    Make m_make;
    ProgressRow* m_row;
    Notice* m_notice;
    client::TransferProgress m_last;
    RateMeter m_meter;
    QElapsedTimer m_clock;
    bool m_isRunning = false;
    Feed<client::TransferProgress> m_feed;
};

} // namespace runyard
