#include "stylepaint.h"

#include "icons.h"
#include "metrics.h"
#include "paint.h"
#include "textrole.h"
#include "tokens.h"

#include <QPainter>
#include <QTableView>
#include <QTreeView>
#include <QWidget>

#include <algorithm>

namespace runyard::stylepaint {

namespace {

bool has(const QStyleOption& option, QStyle::StateFlag flag)
{
    return option.state & flag;
}

bool focused(const QStyleOption& option)
{
    return has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange);
}

bool hovered(const QStyleOption& option)
{
    return has(option, QStyle::State_Enabled) && has(option, QStyle::State_MouseOver);
}

} // namespace

ButtonKind kindOf(const QWidget* widget)
{
    return widget ? static_cast<ButtonKind>(widget->property("buttonKind").toInt()) : ButtonKind::Plain;
}

void button(const QStyleOption& option, QPainter& painter, const QWidget* widget)
{
    const ButtonKind kind = kindOf(widget);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool pressed = has(option, QStyle::State_Sunken) || has(option, QStyle::State_On);
    QColor fill = color(Token::Surface);
    QColor stroke = color(Token::Stroke);
    if (kind == ButtonKind::Primary) {
        fill = enabled ? color(Token::Accent) : mixed(color(Token::Accent), color(Token::Canvas), 0.55);
        fill = pressed ? mixed(fill, color(Token::Canvas), 0.2) : hovered(option) ? mixed(fill, color(Token::Canvas), 0.1) : fill;
        stroke = Qt::transparent;
    } else if (kind == ButtonKind::Ghost) {
        fill = has(option, QStyle::State_On) ? color(Token::WeakAccent) : pressed || hovered(option) ? color(Token::Hover) : QColor(Qt::transparent);
        stroke = Qt::transparent;
    } else if (pressed || hovered(option)) {
        fill = pressed ? mixed(color(Token::Hover), color(Token::Stroke), 0.6) : color(Token::Hover);
    }
    paintRounded(painter, option.rect, px(metrics::radiusControl), fill, stroke);
    if (focused(option))
        paintFocus(painter, option.rect, px(metrics::radiusControl));
}

QColor buttonText(const QStyleOption& option, const QWidget* widget)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    switch (kindOf(widget)) {
    case ButtonKind::Primary: return enabled ? color(Token::OnAccent) : mixed(color(Token::OnAccent), color(Token::Accent), 0.2);
    case ButtonKind::Danger: return color(enabled ? Token::Danger : Token::Disabled);
    case ButtonKind::Ghost: return color(!enabled ? Token::Disabled : has(option, QStyle::State_On) ? Token::Accent : Token::Muted);
    case ButtonKind::Plain: break;
    }
    return color(enabled ? Token::Text : Token::Disabled);
}

void field(const QStyleOption& option, QPainter& painter, const QWidget* widget)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool invalid = widget && widget->property("invalid").toBool();
    Token stroke = hovered(option) ? Token::StrongStroke : Token::Stroke;
    if (invalid)
        stroke = Token::Danger;
    else if (has(option, QStyle::State_HasFocus))
        stroke = Token::Accent;
    paintRounded(painter, option.rect, px(metrics::radiusControl), color(enabled ? Token::Surface : Token::Canvas), color(stroke));
}

void toolButton(const QStyleOption& option, QPainter& painter)
{
    const bool on = has(option, QStyle::State_On);
    const bool down = has(option, QStyle::State_Sunken);
    if (on || down || hovered(option))
        paintRounded(painter, option.rect, px(metrics::radiusControl), color(on ? Token::Selection : Token::Hover));
    if (focused(option))
        paintFocus(painter, option.rect, px(metrics::radiusControl));
}

void check(const QStyleOption& option, QPainter& painter)
{
    const QRectF box(option.rect);
    const bool on = has(option, QStyle::State_On) || has(option, QStyle::State_NoChange);
    const Token strong = has(option, QStyle::State_Enabled) ? Token::Accent : Token::Disabled;
    paintRounded(painter, box, px(metrics::radiusSmall), color(on ? strong : Token::Surface), color(on ? strong : Token::StrongStroke));
    if (has(option, QStyle::State_NoChange))
        painter.fillRect(QRectF(box.left() + 4, box.center().y() - 1, box.width() - 8, 2), color(Token::OnAccent));
    else if (on)
        paintIcon(painter, box.adjusted(1, 1, -1, -1), QStringLiteral("check"), color(Token::OnAccent));
    if (focused(option))
        paintFocus(painter, box, px(metrics::radiusSmall));
}

void radio(const QStyleOption& option, QPainter& painter)
{
    const QRectF box(option.rect);
    const bool on = has(option, QStyle::State_On);
    const Token strong = has(option, QStyle::State_Enabled) ? Token::Accent : Token::Disabled;
    paintRounded(painter, box, box.height() / 2, color(on ? strong : Token::Surface), color(on ? strong : Token::StrongStroke));
    if (on)
        paintRounded(painter, box.adjusted(5, 5, -5, -5), box.height() / 2, color(Token::OnAccent));
    if (focused(option))
        paintFocus(painter, box, box.height() / 2);
}

void itemPanel(const QStyleOption& option, QPainter& painter, const QWidget* widget)
{
    const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(&option);
    if (item && item->backgroundBrush.style() != Qt::NoBrush)
        painter.fillRect(option.rect, item->backgroundBrush);
    const auto* table = qobject_cast<const QTableView*>(widget);
    const bool isRow = table || qobject_cast<const QTreeView*>(widget);
    if (has(option, QStyle::State_Selected) || hovered(option))
        paintRounded(painter, option.rect, isRow ? 0 : px(metrics::radiusControl), color(has(option, QStyle::State_Selected) ? Token::Selection : Token::Hover));
    if (table && !table->showGrid())
        painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), color(Token::Stroke));
    if (focused(option))
        paintRounded(painter, option.rect, 2, Qt::transparent, color(Token::Accent));
}

// The part of a tree's row before its first cell.
void itemRow(const QStyleOption& option, QPainter& painter)
{
    if (has(option, QStyle::State_Selected) || hovered(option))
        painter.fillRect(option.rect, color(has(option, QStyle::State_Selected) ? Token::Selection : Token::Hover));
}

// Words stand at the left of their tab, so that the first is flush with what is below.
constexpr int tabInset = 3;
constexpr int tabGap = 16;

void tab(const QStyleOptionTab& option, QPainter& painter)
{
    const QRect rect = option.rect;
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), color(Token::Stroke));
    if (has(option, QStyle::State_Selected))
        paintRounded(painter, QRectF(rect.left(), rect.bottom() - 1, rect.width() - px(tabGap), 2), 1, color(Token::Accent));
    if (focused(option))
        paintFocus(painter, rect.adjusted(0, px(6), -px(tabGap), -px(6)), px(metrics::radiusSmall));
}

void tabLabel(const QStyleOptionTab& option, QPainter& painter)
{
    const bool selected = has(option, QStyle::State_Selected);
    const bool enabled = has(option, QStyle::State_Enabled);
    painter.save();
    painter.setFont(roleFont(selected ? TextRole::Strong : TextRole::Body));
    painter.setPen(color(!enabled ? Token::Disabled : selected || hovered(option) ? Token::Text : Token::Muted));
    painter.drawText(option.rect.adjusted(px(tabInset), 0, 0, -2), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextHideMnemonic, option.text);
    painter.restore();
}

void headerSection(const QStyleOption& option, QPainter& painter)
{
    painter.fillRect(option.rect, color(Token::Surface));
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), color(Token::Stroke));
}

void headerLabel(const QStyleOptionHeader& option, QPainter& painter)
{
    const QRect rect = option.rect.adjusted(1, 0, -1, 0);  // as Qt does with a cell's text
    painter.save();
    QFont small = roleFont(TextRole::Caption);
    small.setWeight(QFont::Medium);
    painter.setFont(small);
    painter.setPen(color(Token::Muted));
    const bool isSorted = option.sortIndicator != QStyleOptionHeader::None;
    const int arrow = isSorted ? px(14) : 0;
    const QString text = painter.fontMetrics().elidedText(option.text, Qt::ElideRight, rect.width() - arrow);
    const int width = painter.fontMetrics().horizontalAdvance(text);
    const bool isRight = option.textAlignment & Qt::AlignRight;
    if (isSorted) {
        const QRect place(isRight ? rect.right() + 1 - width - arrow : rect.left() + width, rect.top(), arrow, rect.height());
        paintChevron(painter, place, option.sortIndicator == QStyleOptionHeader::SortUp ? Qt::DownArrow : Qt::UpArrow, color(Token::Muted), px(7));
    }
    painter.drawText(rect, static_cast<int>(option.textAlignment | Qt::AlignVCenter), text);
    painter.restore();
}

void progress(const QStyleOptionProgressBar& option, QPainter& painter)
{
    const QRectF whole(option.rect.left(), option.rect.center().y() - px(3) + 1, option.rect.width(), px(6));
    paintRounded(painter, whole, px(3), color(Token::Hover));
    const double range = option.maximum - option.minimum;
    const double share = range > 0 ? std::clamp((option.progress - option.minimum) / range, 0.0, 1.0) : 0;
    if (share > 0)
        paintRounded(painter, QRectF(whole.left(), whole.top(), std::max(whole.height(), whole.width() * share), whole.height()), px(3), color(Token::Accent));
}

void combo(const QStyleOptionComboBox& option, QPainter& painter, const QWidget* widget, const QRect& arrow)
{
    if (option.frame)
        field(option, painter, widget);
    paintChevron(painter, arrow.adjusted(0, 0, -px(6), 0), Qt::DownArrow, color(has(option, QStyle::State_Enabled) ? Token::Muted : Token::Disabled));
    if (focused(option) && !option.editable)
        paintFocus(painter, option.rect, px(metrics::radiusControl));
}

// What stands behind a " · " explains what stands before it: muted, and the first to be cut where room is short.
void comboLabel(const QStyleOptionComboBox& option, QPainter& painter, const QRect& room)
{
    const QString separator = QStringLiteral("  ·  ");
    const qsizetype end = option.currentText.indexOf(separator);
    const QString name = end < 0 ? option.currentText : option.currentText.left(end);
    const bool enabled = has(option, QStyle::State_Enabled);
    painter.save();
    painter.setPen(color(enabled ? Token::Text : Token::Disabled));
    QRect place = room.adjusted(px(1), 0, 0, 0);
    const QFontMetrics metrics = painter.fontMetrics();
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(name, Qt::ElideRight, place.width()));
    place.setLeft(place.left() + metrics.horizontalAdvance(name) + px(8));
    if (end >= 0 && place.width() > px(24)) {
        QString note = option.currentText.mid(end + separator.size());
        note.replace(separator, QStringLiteral(" · "));
        painter.setPen(color(enabled ? Token::Muted : Token::Disabled));
        painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(note, Qt::ElideRight, place.width()));
    }
    painter.restore();
}

void spin(const QStyleOptionSpinBox& option, QPainter& painter, const QWidget* widget, const QRect& up, const QRect& down)
{
    if (option.frame)
        field(option, painter, widget);
    if (option.buttonSymbols == QAbstractSpinBox::NoButtons)
        return;
    const auto tint = [&](QAbstractSpinBox::StepEnabledFlag step) { return color(option.stepEnabled & step && has(option, QStyle::State_Enabled) ? Token::Muted : Token::Stroke); };
    paintChevron(painter, up.adjusted(0, 3, -px(4), 0), Qt::UpArrow, tint(QAbstractSpinBox::StepUpEnabled), 7);
    paintChevron(painter, down.adjusted(0, 0, -px(4), -3), Qt::DownArrow, tint(QAbstractSpinBox::StepDownEnabled), 7);
}

void scrollBar(const QStyleOptionSlider& option, QPainter& painter, const QRect& handle)
{
    if (option.maximum <= option.minimum)
        return;
    const bool active = hovered(option) || has(option, QStyle::State_Sunken);
    const int inset = active ? 1 : 2;
    const QRectF bar = QRectF(handle).adjusted(inset, inset, -inset, -inset);
    paintRounded(painter, bar, std::min(bar.width(), bar.height()) / 2, mixed(color(Token::Stroke), color(Token::StrongStroke), active ? 1 : 0.6));
}

void slider(const QStyleOptionSlider& option, QPainter& painter, const QRect& groove, const QRect& handle)
{
    const QPoint middle = handle.center();
    const bool enabled = has(option, QStyle::State_Enabled);
    const QRectF whole = option.orientation == Qt::Horizontal ? QRectF(groove.left(), middle.y() - 2, groove.width(), px(6)) : QRectF(middle.x() - 2, groove.top(), px(6), groove.height());
    QRectF done = whole;
    if (option.orientation == Qt::Horizontal)
        done.setRight(middle.x());
    else
        done.setTop(middle.y());
    paintRounded(painter, whole, px(3), color(Token::Hover), color(Token::Stroke));
    paintRounded(painter, done, px(3), color(enabled ? Token::Accent : Token::Disabled));
    const QRectF knob(middle.x() - px(7) + 0.5, middle.y() - px(7) + 1.5, px(14), px(14));
    paintRounded(painter, knob, px(7), color(Token::Surface), color(enabled ? Token::Accent : Token::Disabled), focused(option) ? 3 : 1.5);
}

} // namespace runyard::stylepaint
