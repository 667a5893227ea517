#pragma once

#include "client/localservice.h"

#include <QWidget>

namespace runyard {

// The line at the bottom: state of the service and its latency, active runs, active transfers, load of the machine.
class StatusLine final : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);

    void setState(const client::ServiceState* state);  // null while no workspace is open
    void setActiveRuns(int count);
    void setTransfers(int count, double bytesPerSecond);

    QString text() const;  // what is shown, for assistive technology and tests

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString leftText() const;
    QString rightText() const;
    void refresh();

    client::ServiceState m_state;
    bool m_isOpen = false;
    int m_activeRuns = 0;
    int m_transfers = 0;
    double m_rate = 0;
};

} // namespace runyard
