#include "chartcontrols.h"

#include "chartgrid.h"
#include "theme/metrics.h"
#include "widgets/segmented.h"
#include "widgets/tintedlabel.h"

#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QSlider>

namespace runyard {

namespace {

constexpr int sliderSteps = 999;
constexpr double defaultSmoothing = 0.6;

} // namespace

ChartControls::ChartControls(ChartGrid* grid, QWidget* parent)
    : QWidget(parent), m_axis(new Segmented({tr("Step"), tr("Time"), tr("Relative")}, this)), m_scale(new Segmented({tr("Lin"), tr("Log")}, this)),
      m_smoothing(new QSlider(Qt::Horizontal, this)), m_weight(new TintedLabel({}, Token::Muted, TextRole::Body, this)),
      m_freshness(new TintedLabel({}, Token::Muted, TextRole::Caption, this))
{
    build();
    connectGrid(grid);
    grid->setSmoothing(defaultSmoothing);
    showSmoothing(defaultSmoothing);
}

void ChartControls::build()
{
    m_axis->setObjectName(QStringLiteral("chartAxis"));
    m_scale->setObjectName(QStringLiteral("chartScale"));
    m_smoothing->setObjectName(QStringLiteral("chartSmoothing"));
    m_smoothing->setRange(0, sliderSteps);
    m_smoothing->setFixedWidth(px(120));
    m_smoothing->setAccessibleName(tr("Smoothing"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(px(12));
    row->addWidget(m_axis);
    row->addWidget(m_scale);
    row->addWidget(new TintedLabel(tr("Smoothing"), Token::Muted, TextRole::Body, this));
    row->addWidget(m_smoothing);
    row->addWidget(m_weight);
    row->addStretch();
    row->addWidget(m_freshness);
}

void ChartControls::connectGrid(ChartGrid* grid)
{
    connect(m_axis, &Segmented::currentChanged, grid, [grid](int index) { grid->setXAxis(static_cast<XAxis>(index)); });
    connect(m_scale, &Segmented::currentChanged, grid, [grid](int index) { grid->setScale(static_cast<YScale>(index)); });
    connect(m_smoothing, &QSlider::valueChanged, grid, [this, grid](int value) {
        const double weight = static_cast<double>(value) / 1000;
        m_weight->setText(QString::number(weight, 'g', 3));
        grid->setSmoothing(weight);
    });
    connect(grid, &ChartGrid::xAxisChanged, this, [this](XAxis axis) { m_axis->setCurrent(static_cast<int>(axis)); });
    connect(grid, &ChartGrid::scaleChanged, this, [this](YScale scale) { m_scale->setCurrent(static_cast<int>(scale)); });
    connect(grid, &ChartGrid::smoothingChanged, this, &ChartControls::showSmoothing);
}

void ChartControls::showSmoothing(double weight)
{
    const QSignalBlocker quiet(m_smoothing);
    m_smoothing->setValue(static_cast<int>(weight * 1000 + 0.5));
    m_weight->setText(QString::number(weight, 'g', 3));
}

void ChartControls::setFreshness(const QString& text)
{
    if (m_freshness->text() != text)
        m_freshness->setText(text);
}

} // namespace runyard
