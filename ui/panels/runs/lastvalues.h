#pragma once

#include "metricmodel.h"

#include <QWidget>

namespace runyard {

// The last value of each metric, large enough to read from afar; as many as fit in one line.
class LastValues final : public QWidget {
    Q_OBJECT
public:
    explicit LastValues(const MetricModel* metrics, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const MetricModel* m_metrics;
};

} // namespace runyard
