#include "checklist.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/textrole.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace runyard {

namespace {

constexpr int markRoom = 24;

struct Mark {
    QString icon;
    Token token;
};

Mark markOf(Check::State state)
{
    switch (state) {
    case Check::State::Fine: return {QStringLiteral("check"), Token::Success};
    case Check::State::Warning: return {QStringLiteral("warning"), Token::Warning};
    case Check::State::Wrong: return {QStringLiteral("error"), Token::Danger};
    case Check::State::Pending: break;
    }
    return {QStringLiteral("clock"), Token::Muted};
}

} // namespace

CheckList::CheckList(QWidget* parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void CheckList::setChecks(const QVector<Check>& checks)
{
    if (checks == m_checks)
        return;
    m_checks = checks;
    QStringList words;
    for (const Check& check : checks)
        words.append(check.sentence);
    setAccessibleName(words.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

QVector<QRect> CheckList::rows(int width) const
{
    const QFontMetrics metrics(roleFont(TextRole::Body));
    QVector<QRect> rects;
    int y = 0;
    for (const Check& check : m_checks) {
        const int text = metrics.boundingRect(QRect(0, 0, std::max(px(80), width - px(markRoom)), 10'000), Qt::TextWordWrap, check.sentence).height();
        rects.append(QRect(0, y, width, std::max(text, px(18)) + px(7)));
        y = rects.constLast().bottom() + 1;
    }
    return rects;
}

QSize CheckList::sizeHint() const
{
    return {px(240), heightForWidth(std::max(width(), px(240)))};
}

int CheckList::heightForWidth(int width) const
{
    const auto rects = rows(width);
    return rects.isEmpty() ? 0 : rects.constLast().bottom() + 1;
}

void CheckList::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(roleFont(TextRole::Body));
    const auto rects = rows(width());
    for (int i = 0; i < m_checks.size(); ++i) {
        const Check& check = m_checks.at(i);
        const Mark mark = markOf(check.state);
        const QRect& row = rects.at(i);
        paintIcon(painter, QRectF(0, row.top() + px(1), px(16), px(16)), mark.icon, color(mark.token));
        painter.setPen(color(check.state == Check::State::Fine ? Token::Text : mark.token));
        painter.drawText(row.adjusted(px(markRoom), 0, 0, 0), Qt::TextWordWrap | Qt::AlignTop, check.sentence);
    }
}

int CheckList::at(const QPoint& point) const
{
    const auto rects = rows(width());
    const auto row = std::find_if(rects.begin(), rects.end(), [&](const QRect& rect) { return rect.contains(point); });
    return row == rects.end() ? -1 : static_cast<int>(std::distance(rects.begin(), row));
}

void CheckList::mousePressEvent(QMouseEvent* event)
{
    const int index = at(event->pos());
    if (index >= 0 && !m_checks.at(index).key.isEmpty())
        Q_EMIT activated(m_checks.at(index).key);
}

bool CheckList::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = at(help->pos());
        if (index >= 0 && !m_checks.at(index).details.isEmpty()) {
            QToolTip::showText(help->globalPos(), m_checks.at(index).details, this);
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace runyard
