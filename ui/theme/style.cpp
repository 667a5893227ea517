#include "style.h"

#include "icons.h"
#include "metrics.h"
#include "paint.h"
#include "stylepaint.h"
#include "textrole.h"
#include "theme.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QStyleFactory>
#include <QStyleOption>

#include <algorithm>

namespace runyard {

Style::Style(Theme* theme) : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))), m_theme(theme) {}

void Style::polish(QWidget* widget)
{
    QProxyStyle::polish(widget);
    if (widget->inherits("QAbstractItemView") || widget->inherits("QTabBar") || widget->inherits("QAbstractButton"))
        widget->setAttribute(Qt::WA_Hover);
}

void Style::polish(QPalette& palette)
{
    if (m_theme)
        palette = Theme::palette(m_theme->scheme());
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_FocusFrameHMargin: case PM_HeaderMargin: return px(metrics::related);
    case PM_LayoutLeftMargin: case PM_LayoutTopMargin: case PM_LayoutRightMargin: case PM_LayoutBottomMargin: return px(metrics::grouped);
    case PM_LayoutHorizontalSpacing: case PM_LayoutVerticalSpacing: return px(metrics::related);
    case PM_ScrollBarExtent: return px(10);
    case PM_ScrollBarSliderMin: return px(24);
    case PM_ButtonShiftHorizontal: case PM_ButtonShiftVertical: return 0;
    case PM_ButtonIconSize: case PM_SmallIconSize: case PM_ListViewIconSize: case PM_ToolBarIconSize: case PM_TabBarIconSize: return px(metrics::iconSize);
    case PM_IndicatorWidth: case PM_IndicatorHeight: case PM_ExclusiveIndicatorWidth: case PM_ExclusiveIndicatorHeight: return px(16);
    case PM_CheckBoxLabelSpacing: case PM_RadioButtonLabelSpacing: return px(8);
    case PM_SplitterWidth: return px(12);
    case PM_HeaderDefaultSectionSizeVertical: return px(m_theme && m_theme->density() == Density::Compact ? 26 : metrics::rowHeight);
    case PM_SliderThickness: case PM_SliderControlThickness: case PM_SliderLength: return px(16);
    case PM_TabBarTabHSpace: return px(22);
    case PM_TabBarTabShiftHorizontal: case PM_TabBarTabShiftVertical: case PM_TabBarTabOverlap: return 0;
    case PM_TreeViewIndentation: return px(18);
    case PM_MenuHMargin: case PM_MenuVMargin: return px(4);
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const
{
    switch (hint) {
    case SH_ComboBox_Popup: case SH_UnderlineShortcut: case SH_EtchDisabledText: case SH_DitherDisabledText: return 0;
    case SH_ItemView_ShowDecorationSelected: return 1;
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_FormLayoutLabelAlignment: return Qt::AlignLeft | Qt::AlignVCenter;
    case SH_FormLayoutFieldGrowthPolicy: return 2;
    case SH_Table_GridLineColor: return static_cast<int>(color(Token::Stroke).rgba());
    case SH_ScrollBar_LeftClickAbsolutePosition: return 0;
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

QRect Style::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    if (element == SE_LineEditContents && frame && frame->lineWidth > 0)
        return rect.adjusted(px(6), 0, -px(6), 0);
    const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
    if (element == SE_ItemViewItemText && item && item->features & QStyleOptionViewItem::HasDecoration)
        return visualRect(option->direction, option->rect, rect.adjusted(-px(metrics::related), 0, 0, 0));
    return rect;
}

static QRect scrollBarRect(const QStyleOptionSlider& option, QStyle::SubControl sub, int least)
{
    const bool flat = option.orientation == Qt::Horizontal;
    const int whole = flat ? option.rect.width() : option.rect.height();
    const auto range = static_cast<qint64>(option.maximum) - option.minimum;
    int length = whole;
    if (range > 0)
        length = std::clamp(static_cast<int>(static_cast<qint64>(option.pageStep) * whole / (range + option.pageStep)), std::min(least, whole), whole);
    const int start = QStyle::sliderPositionFromValue(option.minimum, option.maximum, option.sliderPosition, whole - length, option.upsideDown);
    QRect part;
    switch (sub) {
    case QStyle::SC_ScrollBarGroove: part = QRect(0, 0, whole, 1); break;
    case QStyle::SC_ScrollBarSlider: part = QRect(start, 0, length, 1); break;
    case QStyle::SC_ScrollBarSubPage: part = QRect(0, 0, start, 1); break;
    case QStyle::SC_ScrollBarAddPage: part = QRect(start + length, 0, whole - start - length, 1); break;
    default: return {};
    }
    const QRect placed = flat ? QRect(part.left(), 0, part.width(), option.rect.height()) : QRect(0, part.left(), option.rect.width(), part.width());
    return QStyle::visualRect(option.direction, option.rect, placed.translated(option.rect.topLeft()));
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub, const QWidget* widget) const
{
    const QRect whole = option->rect;
    if (control == CC_ScrollBar) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option))
            return scrollBarRect(*bar, sub, pixelMetric(PM_ScrollBarSliderMin, option, widget));
    }
    if (control == CC_ComboBox && sub == SC_ComboBoxEditField)
        return visualRect(option->direction, whole, whole.adjusted(px(6), 1, -px(26), -1));
    if (control == CC_ComboBox && sub == SC_ComboBoxArrow)
        return visualRect(option->direction, whole, QRect(whole.right() - px(26), whole.top(), px(26), whole.height()));
    if (control == CC_SpinBox) {
        const int width = px(22);
        const int half = whole.height() / 2;
        if (sub == SC_SpinBoxUp)
            return visualRect(option->direction, whole, QRect(whole.right() - width, whole.top() + 1, width, half - 1));
        if (sub == SC_SpinBoxDown)
            return visualRect(option->direction, whole, QRect(whole.right() - width, whole.top() + half, width, half - 1));
        if (sub == SC_SpinBoxEditField)
            return visualRect(option->direction, whole, whole.adjusted(px(7), 1, -width - 1, -1));
    }
    return QProxyStyle::subControlRect(control, option, sub, widget);
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents, const QWidget* widget) const
{
    const int control = px(metrics::controlHeight);
    QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
    switch (type) {
    case CT_PushButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool bare = button && button->text.isEmpty();
        return {bare ? control : contents.width() + 2 * px(12), control};
    }
    case CT_LineEdit: return {size.width() + 2 * px(6), control};
    case CT_ComboBox: return {contents.width() + px(6) + px(34), control};
    case CT_SpinBox: return {size.width() + px(10), control};
    case CT_ToolButton: return size.expandedTo({px(28), px(28)});
    case CT_TabBarTab: return {contents.width(), px(36)};
    case CT_ItemViewItem: return {size.width(), std::max(size.height(), pixelMetric(PM_HeaderDefaultSectionSizeVertical, option, widget))};
    case CT_HeaderSection: return {size.width(), std::max(size.height(), px(metrics::rowHeight))};
    case CT_ProgressBar: return {std::max(size.width(), px(80)), px(6)};
    case CT_MenuItem: return {size.width() + px(8), std::max(size.height(), px(contents.height() > 8 ? 28 : 6))};
    default: return size;
    }
}

QIcon Style::standardIcon(StandardPixmap icon, const QStyleOption* option, const QWidget* widget) const
{
    if (icon == SP_LineEditClearButton)
        return themeIcon(QStringLiteral("cancel"));
    return QProxyStyle::standardIcon(icon, option, widget);
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    switch (element) {
    case PE_PanelButtonCommand: stylepaint::button(*option, *painter, widget); return;
    case PE_PanelButtonTool: stylepaint::toolButton(*option, *painter); return;
    case PE_FrameLineEdit: case PE_IndicatorHeaderArrow: return;
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame && frame->lineWidth > 0)
            stylepaint::field(*option, *painter, widget);
        return;
    }
    case PE_IndicatorCheckBox: case PE_IndicatorItemViewItemCheck: stylepaint::check(*option, *painter); return;
    case PE_IndicatorRadioButton: stylepaint::radio(*option, *painter); return;
    case PE_PanelItemViewRow: stylepaint::itemRow(*option, *painter); return;
    case PE_PanelItemViewItem: stylepaint::itemPanel(*option, *painter, widget); return;
    case PE_FrameFocusRect:
        if (option->state & State_KeyboardFocusChange && !qobject_cast<const QAbstractItemView*>(widget))
            paintFocus(*painter, option->rect, px(metrics::radiusSmall));
        return;
    case PE_Frame: case PE_FrameMenu: painter->save(); painter->setPen(color(Token::Stroke)); painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5)); painter->restore(); return;
    case PE_PanelScrollAreaCorner: painter->fillRect(option->rect, color(Token::Surface)); return;
    case PE_FrameTabWidget: case PE_FrameStatusBarItem: case PE_FrameButtonBevel: case PE_PanelStatusBar: return;
    case PE_FrameTabBarBase: painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), color(Token::Stroke)); return;
    case PE_PanelTipLabel: painter->fillRect(option->rect, color(Token::Raised)); proxy()->drawPrimitive(PE_Frame, option, painter, widget); return;
    case PE_IndicatorBranch:
        if (option->state & State_Children)
            paintChevron(*painter, option->rect, option->state & State_Open ? Qt::DownArrow : Qt::RightArrow, color(Token::Muted));
        return;
    case PE_IndicatorArrowDown: paintChevron(*painter, option->rect, Qt::DownArrow, color(Token::Muted)); return;
    case PE_IndicatorArrowRight: paintChevron(*painter, option->rect, Qt::RightArrow, color(Token::Muted)); return;
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
    const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
    const auto* progress = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
    if (element == CE_PushButtonBevel && button)
        return stylepaint::button(*option, *painter, widget);
    if (element == CE_PushButtonLabel && button) {
        QStyleOptionButton tinted = *button;
        tinted.palette.setColor(QPalette::ButtonText, stylepaint::buttonText(*option, widget));
        return QProxyStyle::drawControl(element, &tinted, painter, widget);
    }
    if (const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option); element == CE_ComboBoxLabel && combo && !combo->editable)
        return stylepaint::comboLabel(*combo, *painter, subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget));
    if (element == CE_TabBarTabShape && tab)
        return stylepaint::tab(*tab, *painter);
    if (element == CE_TabBarTabLabel && tab)
        return stylepaint::tabLabel(*tab, *painter);
    if (element == CE_HeaderSection || element == CE_HeaderEmptyArea)
        return stylepaint::headerSection(*option, *painter);
    if (element == CE_HeaderLabel && header)
        return stylepaint::headerLabel(*header, *painter);
    if (element == CE_ProgressBar && progress)
        return stylepaint::progress(*progress, *painter);
    if (element == CE_Splitter)
        return;
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    const auto part = [&](SubControl sub) { return subControlRect(control, option, sub, widget); };
    const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option); control == CC_ComboBox && combo)
        return stylepaint::combo(*combo, *painter, widget, part(SC_ComboBoxArrow));
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option); control == CC_SpinBox && spin)
        return stylepaint::spin(*spin, *painter, widget, part(SC_SpinBoxUp), part(SC_SpinBoxDown));
    if (control == CC_ScrollBar && slider)
        return stylepaint::scrollBar(*slider, *painter, part(SC_ScrollBarSlider));
    if (control == CC_Slider && slider)
        return stylepaint::slider(*slider, *painter, part(SC_SliderGroove), part(SC_SliderHandle));
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

} // namespace runyard
