#pragma once

#include "widgets/chart.h"

#include <QWidget>

class QSlider;

namespace runyard {

class ChartGrid;
class Segmented;
class TintedLabel;

// Axis, scale and smoothing of all charts of a run, and how fresh they are.
class ChartControls final : public QWidget {
    Q_OBJECT
public:
    explicit ChartControls(ChartGrid* grid, QWidget* parent = nullptr);

    void setFreshness(const QString& text);

private:
    void build();
    void connectGrid(ChartGrid* grid);
    void showSmoothing(double weight);

    Segmented* m_axis;
    Segmented* m_scale;
    QSlider* m_smoothing;
    TintedLabel* m_weight;
    TintedLabel* m_freshness;
};

} // namespace runyard
