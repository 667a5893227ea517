#include "parameterrow.h"

#include "theme/metrics.h"
#include "theme/textrole.h"
#include "widgets/button.h"
#include "widgets/tintedlabel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>

namespace runyard {

namespace {

void setInvalid(QWidget* editor, bool isInvalid)
{
    if (editor->property("invalid").toBool() == isInvalid)
        return;
    editor->setProperty("invalid", isInvalid);
    editor->update();
}

} // namespace

ParameterRow::ParameterRow(const client::ScriptParameter& parameter, QWidget* parent)
    : QWidget(parent), m_datastore(QString::fromStdString(parameter.datastore)), m_name(new QLineEdit(QString::fromStdString(parameter.name), this)),
      m_value(new QLineEdit(QString::fromStdString(parameter.value), this)), m_kind(new QComboBox(this)),
      m_browse(Button::withIcon(QStringLiteral("folder"), tr("Choose a path of a datastore"), this)),
      m_remove(Button::withIcon(QStringLiteral("trash"), tr("Remove this parameter"), this)), m_line(nullptr)
{
    m_kind->addItems({tr("value"), tr("data: mount"), tr("data: download"), tr("output: upload")});
    m_kind->setCurrentIndex(static_cast<int>(parameter.kind));
    build();
    adapt();
    connect(m_name, &QLineEdit::textChanged, this, &ParameterRow::changed);
    connect(m_value, &QLineEdit::textChanged, this, &ParameterRow::changed);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        adapt();
        Q_EMIT changed();
    });
    connect(m_browse, &QPushButton::clicked, this, &ParameterRow::browseRequested);
    connect(m_remove, &QPushButton::clicked, this, &ParameterRow::removeRequested);
}

void ParameterRow::build()
{
    applyRole(m_name, TextRole::Mono);
    m_name->setPlaceholderText(QStringLiteral("--name"));
    m_kind->setToolTip(tr("Mount: the files are seen in place. Download: copied before the run. Upload: what the script writes there is kept after it."));
    m_line = new TintedLabel({}, Token::Danger, TextRole::Caption, this);
    m_line->setWordWrap(true);
    m_line->hide();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_name, 0, 0);
    grid->addWidget(m_value, 0, 1);
    grid->addWidget(m_browse, 0, 2);
    grid->addWidget(m_kind, 0, 3);
    grid->addWidget(m_remove, 0, 4);
    grid->addWidget(m_line, 1, 0, 1, 5);
    arrange(grid);
    m_name->setMinimumWidth(0);
    m_value->setMinimumWidth(0);
    m_kind->setFixedWidth(px(140));
    for (Button* button : {m_browse, m_remove})
        button->setFixedWidth(px(metrics::controlHeight));
    auto policy = m_browse->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    m_browse->setSizePolicy(policy);
}

void ParameterRow::arrange(QGridLayout* grid)
{
    grid->setColumnStretch(0, 5);
    grid->setColumnStretch(1, 6);
    const int narrow = px(metrics::controlHeight);
    for (const auto& [column, width] : {std::pair(0, px(120)), std::pair(1, px(120)), std::pair(2, narrow), std::pair(3, px(140)), std::pair(4, narrow)})
        grid->setColumnMinimumWidth(column, width);
}

bool ParameterRow::isData() const
{
    return m_kind->currentIndex() != static_cast<int>(client::ScriptParameter::Kind::Literal);
}

void ParameterRow::adapt()
{
    m_browse->setVisible(isData());
    if (isData())
        m_value->setPlaceholderText(tr("Path in the datastore"));
    m_value->setToolTip(isData() && !m_datastore.isEmpty() ? tr("In the datastore %1").arg(m_datastore) : QString());
}

client::ScriptParameter ParameterRow::parameter() const
{
    client::ScriptParameter result;
    result.name = m_name->text().trimmed().toStdString();
    result.value = m_value->text().toStdString();
    result.kind = static_cast<client::ScriptParameter::Kind>(m_kind->currentIndex());
    if (isData())
        result.datastore = m_datastore.toStdString();
    return result;
}

void ParameterRow::setPath(const QString& datastore, const QString& path)
{
    m_datastore = datastore;
    m_value->setText(path);
    adapt();
    Q_EMIT changed();
}

void ParameterRow::setNumber(int number)
{
    const QString tail = QString::number(number);
    m_name->setObjectName(QStringLiteral("parameterName") + tail);
    m_value->setObjectName(QStringLiteral("parameterValue") + tail);
    m_kind->setObjectName(QStringLiteral("parameterKind") + tail);
    m_browse->setObjectName(QStringLiteral("parameterBrowse") + tail);
    m_remove->setObjectName(QStringLiteral("parameterRemove") + tail);
    m_line->setObjectName(QStringLiteral("parameterError") + tail);
}

void ParameterRow::showOption(const client::ScriptOption* option)
{
    m_kind->setItemText(0, option && !option->type.empty() ? QString::fromStdString(option->type) : tr("value"));
    m_name->setToolTip(option ? QString::fromStdString(option->help) : QString());
    if (isData())
        return;
    const QString fallback = option ? QString::fromStdString(option->fallback) : QString();
    m_value->setPlaceholderText(fallback.isEmpty() ? QString() : tr("default %1").arg(fallback));
}

void ParameterRow::showCheck(const client::Check* check)
{
    using Level = client::Check::Level;
    const bool isWrong = check && check->level == Level::Error;
    setInvalid(m_value, isWrong);
    m_line->setVisible(check && check->level != Level::Ok);
    if (!m_line->isHidden()) {
        m_line->setText(QString::fromStdString(check->sentence));
        m_line->setTint(isWrong ? Token::Danger : Token::Warning);
    }
}

void ParameterRow::focusValue()
{
    m_value->setFocus(Qt::OtherFocusReason);
}

} // namespace runyard
