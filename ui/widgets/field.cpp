#include "field.h"

#include "tintedlabel.h"
#include "theme/metrics.h"

#include <QGridLayout>
#include <QLabel>

namespace runyard {

Field::Field(const QString& label, QWidget* editor, Layout layout, QWidget* parent) : QWidget(parent), m_editor(editor)
{
    m_label = new TintedLabel(label, Token::Muted, TextRole::Body, this);
    m_label->setBuddy(editor);
    m_line = new TintedLabel(QString(), Token::Muted, TextRole::Caption, this);
    m_line->setWordWrap(true);
    m_line->hide();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(px(12));
    grid->setVerticalSpacing(px(4));
    if (layout == Layout::Beside) {
        m_label->setMinimumHeight(px(metrics::controlHeight));
        grid->addWidget(m_label, 0, 0, Qt::AlignTop);
        grid->addWidget(editor, 0, 1);
        grid->addWidget(m_line, 1, 1);
        grid->setColumnStretch(1, 1);
        setLabelWidth(px(140));
    } else {
        grid->addWidget(m_label, 0, 0);
        grid->addWidget(editor, 1, 0);
        grid->addWidget(m_line, 2, 0);
    }
    if (editor->accessibleName().isEmpty())
        editor->setAccessibleName(label);
    setFocusProxy(editor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void Field::setHint(const QString& hint)
{
    m_hint = hint;
    refresh();
}

void Field::setValidity(Validity validity, const QString& sentence)
{
    m_validity = validity;
    m_sentence = sentence;
    refresh();
}

void Field::setLabelWidth(int width)
{
    m_label->setFixedWidth(width);
}

void Field::refresh()
{
    const bool invalid = m_validity == Validity::Invalid;
    const QString text = m_sentence.isEmpty() ? m_hint : m_sentence;
    auto* line = static_cast<TintedLabel*>(m_line);
    line->setText(text);
    line->setTint(m_sentence.isEmpty() ? Token::Muted : invalid ? Token::Danger : m_validity == Validity::Warning ? Token::Warning : m_validity == Validity::Valid ? Token::Success : Token::Muted);
    line->setVisible(!text.isEmpty());
    m_editor->setProperty("invalid", invalid);
    m_editor->setAccessibleDescription(text);
    m_editor->update();
}

} // namespace runyard
