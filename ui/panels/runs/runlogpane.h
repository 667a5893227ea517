#pragma once

#include "widgets/logpane.h"

class QComboBox;

namespace runyard {

class RunLogs;

// The logs of a run with a switch between its files. Turns to the script's own log once that begins, unless a file was chosen by hand.
class RunLogPane final : public LogPane {
    Q_OBJECT
public:
    explicit RunLogPane(RunLogs* logs, QWidget* parent = nullptr);

    QString file() const { return m_file; }

private:
    void refill();
    void turnTo(const QString& file);
    void release();
    void save();

    RunLogs* m_logs;
    QComboBox* m_files;
    QString m_file;
    bool m_isChosen = false;
};

} // namespace runyard
