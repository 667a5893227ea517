#pragma once

#include "api/run.h"

#include <QAbstractButton>

namespace runyard {

// One of the latest runs as a row: state, name, experiment, compute, when it started. Pressing it opens the run.
class RecentRun final : public QAbstractButton {
    Q_OBJECT
public:
    explicit RecentRun(QWidget* parent = nullptr);

    void setRun(const api::RunSummary& run);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    api::RunSummary m_run;
};

} // namespace runyard
