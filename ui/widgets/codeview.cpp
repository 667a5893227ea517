#include "codeview.h"

#include "button.h"
#include "theme/metrics.h"
#include "theme/textrole.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>

namespace runyard {

CodeView::CodeView(const QString& text, QWidget* parent) : QPlainTextEdit(text, parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    applyRole(this, TextRole::Mono);
    document()->setDocumentMargin(px(10));
    m_copy = Button::withIcon(QStringLiteral("copy"), tr("Copy"), this);
    connect(m_copy, &QPushButton::clicked, this, &CodeView::copyAll);
}

void CodeView::setCode(const QString& text)
{
    if (text == toPlainText())
        return;
    const int down = verticalScrollBar()->value();
    const int across = horizontalScrollBar()->value();
    setPlainText(text);
    verticalScrollBar()->setValue(down);
    horizontalScrollBar()->setValue(across);
}

void CodeView::setCopyVisible(bool visible)
{
    m_copy->setVisible(visible);
}

void CodeView::copyAll()
{
    QGuiApplication::clipboard()->setText(toPlainText());
}

void CodeView::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        document()->setDocumentMargin(px(10));
}

void CodeView::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    m_copy->setGeometry(viewport()->width() - px(34), px(4), px(30), px(30));
}

} // namespace runyard
