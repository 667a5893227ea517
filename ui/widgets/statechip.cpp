#include "statechip.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QFontMetrics>

#include <algorithm>

namespace runyard {

namespace {

QFont chipFont()
{
    QFont chip = roleFont(TextRole::Caption);
    chip.setWeight(QFont::Medium);
    return chip;
}

int markWidth(StateChip::Mark mark)
{
    return mark == StateChip::Mark::None ? 0 : mark == StateChip::Mark::Dot ? px(13) : px(17);
}

} // namespace

StateChip::StateChip(const QString& word, StateKind kind, Mark mark, QWidget* parent) : QWidget(parent), m_word(word), m_kind(kind), m_mark(mark)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(word);
}

void StateChip::setState(const QString& word, StateKind kind)
{
    if (word == m_word && kind == m_kind)
        return;
    m_word = word;
    m_kind = kind;
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize StateChip::sizeHint() const
{
    return {QFontMetrics(chipFont()).horizontalAdvance(m_word) + markWidth(m_mark) + px(18), px(22)};
}

void StateChip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintChip(painter, rect(), m_word, m_kind, m_mark);
}

int paintChip(QPainter& painter, const QRect& rect, const QString& word, StateKind kind, StateChip::Mark mark)
{
    const QFontMetrics metrics(chipFont());
    const int height = px(22);
    const int width = std::min(rect.width(), metrics.horizontalAdvance(word) + markWidth(mark) + px(18));
    const QRectF pill(rect.left(), rect.top() + (rect.height() - height) / 2, width, height);
    const QColor strong = color(strongToken(kind));
    painter.save();
    paintRounded(painter, pill, height / 2.0, color(weakToken(kind)));
    if (mark == StateChip::Mark::Dot)
        paintRounded(painter, QRectF(pill.left() + px(9), pill.center().y() - px(4), px(8), px(8)), px(4), strong);
    else if (mark == StateChip::Mark::Icon)
        paintIcon(painter, QRectF(pill.left() + px(8), pill.center().y() - 6.5, px(13), px(13)), iconName(kind), strong);
    painter.setPen(strong);
    painter.setFont(chipFont());
    const QRectF text = pill.adjusted(px(9) + markWidth(mark), 0, -px(6), 0);
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(word, Qt::ElideRight, static_cast<int>(text.width())));
    painter.restore();
    return width;
}

} // namespace runyard
