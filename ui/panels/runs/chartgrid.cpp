#include "chartgrid.h"

#include "models/metricgroups.h"
#include "theme/metrics.h"
#include "widgets/card.h"

#include <QGridLayout>
#include <QResizeEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace runyard {

namespace {

constexpr int minChartWidth = 360;
constexpr int maxColumns = 3;
constexpr int chartHeight = 190;

} // namespace

ChartGrid::ChartGrid(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    setObjectName(QStringLiteral("chartGrid"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(px(12));
}

ChartGrid::Series& ChartGrid::series(const std::string& key)
{
    const auto [place, isNew] = m_index.emplace(key, m_series.size());
    if (isNew) {
        m_series.push_back({});
        m_series.back().key = key;
    }
    return m_series[place->second];
}

void ChartGrid::append(const std::string& key, const std::vector<api::MetricPoint>& points)
{
    if (points.empty())
        return;
    Series& of = series(key);
    const bool isNew = of.count == 0;
    const bool wasShort = of.count <= 2;
    const QVector<ChartPoint> converted = convert(of, points);
    const bool turnsLong = wasShort && of.count > 2;
    if (!of.chart.empty()) {
        m_charts.at(of.chart)->append(of.label, converted);
        if (turnsLong)
            regroup();
        return;
    }
    of.waiting += converted;
    if (isNew || of.count > 1)
        regroup();
}

QVector<ChartPoint> ChartGrid::convert(Series& of, const std::vector<api::MetricPoint>& points)
{
    if (of.count == 0)
        of.firstStep = points.front().step;
    const bool hasSteps = std::any_of(points.begin(), points.end(), [&](const auto& point) { return point.step != of.firstStep; });
    if (hasSteps && !of.isStepped)
        useSteps(of);
    QVector<ChartPoint> result;
    result.reserve(static_cast<int>(points.size()));
    for (const api::MetricPoint& point : points) {
        const auto step = of.isStepped ? point.step : of.count;
        result.append({static_cast<double>(step), static_cast<double>(point.time) / 1000, point.value});
        ++of.count;
    }
    return result;
}

void ChartGrid::useSteps(Series& of)
{
    of.isStepped = true;
    Chart* drawn = of.chart.empty() ? nullptr : m_charts.at(of.chart);
    QVector<ChartPoint> points = drawn ? drawn->series(of.label)->points() : of.waiting;
    for (ChartPoint& point : points)
        point.step = static_cast<double>(of.firstStep);
    if (drawn)
        drawn->setSeries(of.label, points);
    else
        of.waiting = points;
}

// A dot says nothing beside a line; two points are too few to know what will become of the others.
bool ChartGrid::isLong() const
{
    return std::any_of(m_series.begin(), m_series.end(), [](const Series& each) { return each.count > 2; });
}

void ChartGrid::regroup()
{
    std::vector<std::string> keys;
    for (const Series& each : m_series)
        keys.push_back(each.key);
    std::vector<std::string> order;
    const bool drawsSingle = !isLong();
    for (const MetricGroup& group : groupMetrics(keys)) {
        const bool isSingle = std::all_of(group.members.begin(), group.members.end(), [&](const auto& member) { return series(member.key).count < 2; });
        if (isSingle && !drawsSingle) {
            for (const auto& member : group.members)
                hold(series(member.key));
            continue;
        }
        const std::string& first = group.members.front().key;
        for (const auto& member : group.members)
            place(series(member.key), first, QString::fromStdString(member.label));
        chart(first)->setTitle(QString::fromStdString(group.title));
        chart(first)->setLegendVisible(group.members.size() > 1);
        order.push_back(first);
    }
    dropEmpty();
    if (std::exchange(m_order, order) != order)
        m_columns = 0;
    arrange();
}

// Takes a series out of its chart, and keeps its points for later.
void ChartGrid::hold(Series& of)
{
    if (of.chart.empty())
        return;
    Chart* old = m_charts.at(of.chart);
    of.waiting = old->series(of.label)->points();
    old->removeSeries(of.label);
    of.chart.clear();
    of.label.clear();
}

void ChartGrid::place(Series& of, const std::string& target, const QString& label)
{
    if (of.chart == target && of.label == label)
        return;
    QVector<ChartPoint> points = std::exchange(of.waiting, {});
    if (!of.chart.empty()) {
        Chart* old = m_charts.at(of.chart);
        points = old->series(of.label)->points();
        old->removeSeries(of.label);
    }
    of.chart = target;
    of.label = label;
    chart(target)->setSeries(label, points);
}

Chart* ChartGrid::chart(const std::string& key)
{
    const auto known = m_charts.find(key);
    if (known != m_charts.end())
        return known->second;
    auto* card = new Card({}, Card::Padding::None, this);
    auto* made = new Chart({}, card);
    made->setObjectName(QStringLiteral("chart_") + QString::fromStdString(key));
    made->setXAxis(m_axis);
    made->setScale(m_scale);
    made->setSmoothing(m_smoothing);
    made->setMinimumHeight(px(chartHeight));
    card->body()->addWidget(made);
    m_charts.emplace(key, made);
    m_order.push_back(key);
    connectChart(made);
    return made;
}

void ChartGrid::connectChart(Chart* made)
{
    connect(made, &Chart::crossHairMoved, this, [this, made](double x) {
        for (const auto& [key, other] : m_charts) {
            if (other != made)
                other->setCrossHair(x);
        }
    });
    connect(made, &Chart::xAxisChanged, this, [this](XAxis axis) {
        if (axis == m_axis)
            return;
        setXAxis(axis);
        Q_EMIT xAxisChanged(axis);
    });
    connect(made, &Chart::scaleChanged, this, [this](YScale scale) {
        if (scale == m_scale)
            return;
        setScale(scale);
        Q_EMIT scaleChanged(scale);
    });
    connect(made, &Chart::smoothingChanged, this, [this](double weight) {
        if (qFuzzyCompare(1 + weight, 1 + m_smoothing))
            return;
        setSmoothing(weight);
        Q_EMIT smoothingChanged(weight);
    });
}

void ChartGrid::dropEmpty()
{
    for (auto each = m_charts.begin(); each != m_charts.end();) {
        if (!each->second->seriesNames().isEmpty()) {
            ++each;
            continue;
        }
        each->second->parentWidget()->deleteLater();
        each->second->parentWidget()->hide();
        std::erase(m_order, each->first);
        each = m_charts.erase(each);
        m_columns = 0;
    }
}

void ChartGrid::clear()
{
    for (const auto& [key, drawn] : m_charts) {
        drawn->parentWidget()->hide();
        drawn->parentWidget()->deleteLater();
    }
    m_charts.clear();
    m_order.clear();
    m_series.clear();
    m_index.clear();
    m_columns = 0;
}

std::vector<Chart*> ChartGrid::charts() const
{
    std::vector<Chart*> result;
    for (const std::string& key : m_order)
        result.push_back(m_charts.at(key));
    return result;
}

void ChartGrid::setXAxis(XAxis axis)
{
    m_axis = axis;
    for (Chart* each : charts())
        each->setXAxis(axis);
}

void ChartGrid::setScale(YScale scale)
{
    m_scale = scale;
    for (Chart* each : charts())
        each->setScale(scale);
}

void ChartGrid::setSmoothing(double weight)
{
    m_smoothing = weight;
    for (Chart* each : charts())
        each->setSmoothing(weight);
}

void ChartGrid::arrange()
{
    const int fitting = std::clamp(width() / px(minChartWidth), 1, maxColumns);
    const int columns = std::clamp(chartCount(), 1, fitting);
    if (columns == m_columns)
        return;
    m_columns = columns;
    for (int i = 0; i < chartCount(); ++i) {
        QWidget* card = m_charts.at(m_order[static_cast<std::size_t>(i)])->parentWidget();
        m_grid->removeWidget(card);
        m_grid->addWidget(card, i / columns, i % columns);
    }
    for (int column = 0; column < maxColumns; ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
}

void ChartGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

} // namespace runyard
