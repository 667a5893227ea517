#include "chartpane.h"

#include "chartcontrols.h"
#include "chartgrid.h"
#include "lastvalues.h"
#include "theme/metrics.h"
#include "widgets/emptystate.h"
#include "widgets/format.h"

#include <QScrollArea>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <chrono>

namespace runyard {

ChartPane::ChartPane(QWidget* parent)
    : QWidget(parent), m_grid(new ChartGrid), m_controls(new ChartControls(m_grid, this)),
      m_empty(new EmptyState(QStringLiteral("chart"), tr("No metric yet. What the script logs is drawn here as it arrives."))), m_stack(new QStackedLayout)
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_grid);
    page->setAutoFillBackground(false);
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("chartScroll"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    scroll->setWidget(page);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(scroll);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_controls);
    layout->addWidget(new LastValues(&m_metrics, this));
    layout->addLayout(m_stack, 1);
    m_clock.setInterval(std::chrono::milliseconds(500));
    connect(&m_clock, &QTimer::timeout, this, &ChartPane::refresh);
}

void ChartPane::append(const std::string& key, const std::vector<api::MetricPoint>& points)
{
    m_metrics.append(key, points);
    m_grid->append(key, points);
    m_stack->setCurrentIndex(1);
    m_sinceData.restart();
}

void ChartPane::clear()
{
    m_metrics.clear();
    m_grid->clear();
    m_stack->setCurrentIndex(0);
    m_sinceData.invalidate();
    refresh();
}

void ChartPane::setActive(bool isActive)
{
    m_isActive = isActive;
    if (isActive)
        m_clock.start();
    else
        m_clock.stop();
    if (!isActive)
        m_empty->setSentence(tr("This run logged no metric."));
    else
        m_empty->setSentence(tr("No metric yet. What the script logs is drawn here as it arrives."));
    refresh();
}

void ChartPane::refresh()
{
    if (!m_isActive || !m_sinceData.isValid())
        return m_controls->setFreshness({});
    const qint64 age = m_sinceData.elapsed();
    m_controls->setFreshness(age < 1000 ? tr("updated just now") : tr("last value %1 ago").arg(formatDuration(static_cast<double>(age / 1000))));
}

} // namespace runyard
