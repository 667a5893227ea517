#include "logpane.h"

#include "button.h"
#include "format.h"
#include "searchfield.h"
#include "statechip.h"
#include "theme/metrics.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace runyard {

LogPane::LogPane(QWidget* parent) : QWidget(parent)
{
    m_view = new LogView(this);
    m_find = new SearchField(tr("Find"), QStringLiteral("Ctrl F"), this);
    m_find->setMaximumWidth(px(240));
    m_warnings = new StateChip(QString(), StateKind::Neutral, StateChip::Mark::None, this);
    m_errors = new StateChip(QString(), StateKind::Neutral, StateChip::Mark::None, this);
    m_follow = new Button(tr("Follow"), Button::Ghost, this);
    auto* wrap = new Button(tr("Wrap"), Button::Ghost, this);
    auto* time = new Button(tr("Time"), Button::Ghost, this);
    auto* save = new Button(tr("Save…"), Button::Ghost, this);
    for (Button* toggle : {m_follow, wrap, time})
        toggle->setCheckable(true);
    m_follow->setChecked(true);
    m_row = new QHBoxLayout;
    m_row->setContentsMargins(px(10), px(6), px(10), px(6));
    m_row->addWidget(m_find);
    m_row->addWidget(m_warnings);
    m_row->addWidget(m_errors);
    m_row->addStretch(1);
    for (Button* button : {m_follow, wrap, time, save})
        m_row->addWidget(button);
    m_row->setSpacing(px(6));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    column->addLayout(m_row);
    column->addWidget(m_view, 1);
    setFocusProxy(m_view);
    connect(m_find, &QLineEdit::textChanged, m_view, &LogView::find);
    connect(m_find, &QLineEdit::returnPressed, m_view, &LogView::findNext);
    connect(m_view, &LogView::findRequested, m_find, [this] {
        m_find->setFocus(Qt::ShortcutFocusReason);
        m_find->selectAll();
    });
    connect(m_view, &LogView::findEnded, this, [this](bool found) {
        m_find->setProperty("invalid", !found && !m_find->text().isEmpty());
        m_find->update();
    });
    connect(m_view, &LogView::extentChanged, this, &LogPane::count);
    connect(m_view, &LogView::followChanged, m_follow, &QPushButton::setChecked);
    connect(m_follow, &QPushButton::clicked, m_view, &LogView::setFollow);
    connect(wrap, &QPushButton::toggled, this, [this](bool on) { m_view->setWrap(on ? LogView::Wrap::On : LogView::Wrap::Off); });
    connect(time, &QPushButton::toggled, this, [this](bool on) { m_view->setTimes(on ? LogView::Times::Shown : LogView::Times::Hidden); });
    connect(save, &QPushButton::clicked, this, &LogPane::saveRequested);
    m_time = time;
    setTimed(Timed::No);
    count();
}

void LogPane::setTimed(Timed timed)
{
    m_time->setVisible(timed == Timed::Yes);
    if (timed == Timed::No)
        m_time->setChecked(false);
}

void LogPane::setSource(LogSource* source)
{
    m_source = source;
    m_view->setSource(source);
    count();
}

void LogPane::addLeading(QWidget* widget)
{
    m_row->insertWidget(0, widget);
}

void LogPane::count()
{
    const LogExtent extent = m_source ? m_source->extent() : LogExtent{};
    m_find->setPlaceholderText(tr("Find in %1 lines").arg(formatCount(extent.lines)));
    m_warnings->setState(extent.warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(formatCount(extent.warnings)), extent.warnings > 0 ? StateKind::Warning : StateKind::Neutral);
    m_errors->setState(extent.errors == 1 ? tr("1 error") : tr("%1 errors").arg(formatCount(extent.errors)), extent.errors > 0 ? StateKind::Danger : StateKind::Neutral);
}

void LogPane::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, m_view->y() - 1, width(), 1), color(Token::Stroke));
}

void LogPane::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_find->hasFocus())
        return m_view->setFocus();
    if (event->key() == Qt::Key_F3)
        return event->modifiers() & Qt::ShiftModifier ? m_view->findPrevious() : m_view->findNext();
    QWidget::keyPressEvent(event);
}

} // namespace runyard
