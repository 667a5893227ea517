#include "keyvaluelist.h"

#include "tintedlabel.h"
#include "theme/metrics.h"

#include <QGridLayout>

namespace runyard {

KeyValueList::KeyValueList(QWidget* parent) : QWidget(parent)
{
    m_grid = new QGridLayout(this);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(px(20));
    m_grid->setVerticalSpacing(px(10));
    m_grid->setColumnStretch(1, 1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void KeyValueList::set(const QString& key, const QString& value, Look look, const QString& toolTip)
{
    QLabel*& label = m_values[key];
    if (!label) {
        auto* name = new TintedLabel(key, Token::Muted, TextRole::Body, this);
        m_names.insert(key, name);
        label = new QLabel(this);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextBrowserInteraction);
        label->setAccessibleName(key);
        connect(label, &QLabel::linkActivated, this, [this, key] { Q_EMIT linkActivated(key); });
        m_grid->addWidget(name, m_nextRow, 0, Qt::AlignTop);
        m_grid->addWidget(label, m_nextRow++, 1, Qt::AlignTop);
        applyRole(label, look == Look::Mono ? TextRole::Mono : TextRole::Body);
    }
    label->setTextFormat(look == Look::Link ? Qt::RichText : Qt::PlainText);
    const QString text = look == Look::Link ? QStringLiteral("<a style=\"text-decoration:none\" href=\"#\">%1</a>").arg(value.toHtmlEscaped()) : value;
    if (label->text() != text)
        label->setText(text);
    label->setToolTip(toolTip);
}

void KeyValueList::remove(const QString& key)
{
    delete m_values.take(key);
    delete m_names.take(key);
}

void KeyValueList::clear()
{
    qDeleteAll(std::exchange(m_values, {}));
    qDeleteAll(std::exchange(m_names, {}));
    m_nextRow = 0;
}

} // namespace runyard
