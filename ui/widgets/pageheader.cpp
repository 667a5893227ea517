#include "pageheader.h"

#include "elidedlabel.h"
#include "theme/metrics.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace runyard {

PageHeader::PageHeader(const QString& title, const QString& caption, QWidget* parent) : QWidget(parent)
{
    m_title = new ElidedLabel(title, TextRole::Title, this);
    m_caption = new ElidedLabel(caption, TextRole::Body, this);
    m_caption->setTint(Token::Muted);
    m_caption->setVisible(!caption.isEmpty());
    m_titleRow = new QHBoxLayout;
    m_titleRow->setSpacing(px(12));
    m_titleRow->addWidget(m_title);
    m_titleRow->addStretch(1);
    auto* words = new QVBoxLayout;
    words->setSpacing(px(4));
    words->addLayout(m_titleRow);
    words->addWidget(m_caption);
    m_actions = new QHBoxLayout;
    m_actions->setSpacing(px(12));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(px(16));
    row->addLayout(words, 1);
    row->addLayout(m_actions);
}

void PageHeader::setTitle(const QString& title)
{
    m_title->setText(title);
}

void PageHeader::setCaption(const QString& caption)
{
    m_caption->setText(caption);
    m_caption->setVisible(!caption.isEmpty());
}

void PageHeader::setChip(QWidget* chip)
{
    m_titleRow->insertWidget(1, chip, 0, Qt::AlignVCenter);
}

Button* PageHeader::addAction(const QString& text, Button::Kind kind)
{
    auto* button = new Button(text, kind, this);
    m_actions->addWidget(button);
    return button;
}

void PageHeader::addWidget(QWidget* widget)
{
    m_actions->insertWidget(0, widget);
}

} // namespace runyard
