#include "lastvalues.h"

#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"
#include "widgets/format.h"

#include <QPainter>

#include <algorithm>

namespace runyard {

LastValues::LastValues(const MetricModel* metrics, QWidget* parent) : QWidget(parent), m_metrics(metrics)
{
    setObjectName(QStringLiteral("lastValues"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    const auto refresh = qOverload<>(&QWidget::update);
    connect(metrics, &QAbstractItemModel::dataChanged, this, refresh);
    connect(metrics, &QAbstractItemModel::layoutChanged, this, refresh);
    connect(metrics, &QAbstractItemModel::rowsRemoved, this, [this] { updateGeometry(); });
    connect(metrics, &QAbstractItemModel::rowsInserted, this, [this] {
        updateGeometry();
        update();
    });
}

QSize LastValues::sizeHint() const
{
    if (m_metrics->summaries().empty())
        return {0, 0};
    return {px(200), QFontMetrics(roleFont(TextRole::Caption)).height() + QFontMetrics(roleFont(TextRole::Heading)).height() + px(2)};
}

QSize LastValues::minimumSizeHint() const
{
    return {0, sizeHint().height()};
}

void LastValues::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QFont name = roleFont(TextRole::Caption);
    const QFont value = roleFont(TextRole::Heading);
    const QFontMetrics nameMetrics(name);
    const QFontMetrics valueMetrics(value);
    int left = 0;
    for (const auto& summary : m_metrics->summaries()) {
        const QString key = QString::fromStdString(summary.key);
        const QString last = formatMetric(summary.last.value);
        const int wide = std::max(nameMetrics.horizontalAdvance(key), valueMetrics.horizontalAdvance(last));
        if (left + wide > width())
            break;
        painter.setFont(name);
        painter.setPen(color(Token::Muted));
        painter.drawText(left, nameMetrics.ascent(), key);
        painter.setFont(value);
        painter.setPen(color(Token::Text));
        painter.drawText(left, nameMetrics.height() + px(2) + valueMetrics.ascent(), last);
        left += wide + px(24);
    }
}

} // namespace runyard
