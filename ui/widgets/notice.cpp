#include "notice.h"

#include "button.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace runyard {

Notice::Notice(QWidget* parent) : QWidget(parent)
{
    m_sentence = new QLabel(this);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse);
    m_again = new Button(tr("Try again"), this);
    m_action = new Button(QString(), this);
    m_unfold = new Button(tr("Details"), Button::Ghost, this);
    m_unfold->setCheckable(true);
    m_cross = Button::withIcon(QStringLiteral("cancel"), tr("Dismiss"), this);
    m_details = new QPlainTextEdit(this);
    m_details->setReadOnly(true);
    m_details->setFrameShape(QFrame::NoFrame);
    m_details->setMaximumHeight(px(140));
    applyRole(m_details, TextRole::Mono);
    auto* row = new QHBoxLayout;
    row->setSpacing(px(8));
    row->addSpacing(px(26));
    row->addWidget(m_sentence, 1, Qt::AlignVCenter);
    for (Button* button : {m_again, m_action, m_unfold, m_cross})
        row->addWidget(button, 0, Qt::AlignTop);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(px(12), px(5), px(6), px(5));
    column->setSpacing(px(4));
    column->addLayout(row);
    column->addWidget(m_details);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(m_again, &QPushButton::clicked, this, &Notice::tryAgain);
    connect(m_action, &QPushButton::clicked, this, &Notice::triggered);
    connect(m_cross, &QPushButton::clicked, this, [this] {
        dismiss();
        Q_EMIT dismissed();
    });
    connect(m_unfold, &QPushButton::toggled, m_details, &QWidget::setVisible);
    m_action->hide();
    m_details->hide();
    hide();
}

void Notice::showError(const QString& sentence, const QString& details, Retry retry)
{
    show(StateKind::Danger, sentence, details, retry);
}

void Notice::show(StateKind kind, const QString& sentence, const QString& details, Retry retry)
{
    m_kind = kind;
    m_sentence->setText(sentence);
    m_again->setVisible(retry == Retry::Offered);
    if (m_details->toPlainText() != details)
        m_details->setPlainText(details);
    m_unfold->setVisible(!details.isEmpty());
    if (details.isEmpty())
        m_unfold->setChecked(false);
    setAccessibleName(sentence);
    QWidget::show();
    update();
}

void Notice::setAction(const QString& text)
{
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty());
}

void Notice::setDismissable(bool dismissable)
{
    m_cross->setVisible(dismissable);
}

void Notice::dismiss()
{
    m_sentence->clear();
    hide();
}

QString Notice::sentence() const
{
    return m_sentence->text();
}

void Notice::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor strong = color(strongToken(m_kind));
    paintRounded(painter, rect(), px(metrics::radiusControl), color(weakToken(m_kind)));
    const QString name = m_kind == StateKind::Danger || m_kind == StateKind::Warning || m_kind == StateKind::Success ? iconName(m_kind) : QStringLiteral("info");
    const double middle = m_sentence->y() + m_sentence->fontMetrics().height() / 2.0 + 1;
    paintIcon(painter, QRectF(px(12), middle - px(8), px(16), px(16)), name, strong);
}

} // namespace runyard
