#include "parametersection.h"

#include "parameterrow.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/tintedlabel.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

ParameterSection::ParameterSection(QWidget* parent)
    : Card(tr("Script parameters"), Padding::Inside, parent), m_list(new QVBoxLayout),
      m_source(new TintedLabel({}, Token::Muted, TextRole::Caption, this)), m_wrong(new TintedLabel({}, Token::Danger, TextRole::Caption, this)),
      m_offer(new Button({}, Button::Ghost, this))
{
    headingRow()->addWidget(m_source);
    body()->addWidget(columnTitles());
    m_list->setSpacing(px(6));
    body()->addLayout(m_list);
    m_wrong->setObjectName(QStringLiteral("parametersError"));
    m_wrong->setWordWrap(true);
    m_wrong->hide();
    body()->addWidget(m_wrong);
    auto* more = new Button(tr("Add parameter"), Button::Ghost, this);
    more->setIconName(QStringLiteral("plus"));
    more->setObjectName(QStringLiteral("parameterAdd"));
    m_offer->setObjectName(QStringLiteral("parameterTakeOptions"));
    m_offer->hide();
    auto* row = new QHBoxLayout;
    row->addWidget(more);
    row->addWidget(m_offer);
    row->addStretch();
    body()->addLayout(row);
    connect(more, &QPushButton::clicked, this, [this] {
        add({})->setFocus();
        Q_EMIT changed();
    });
    connect(m_offer, &QPushButton::clicked, this, &ParameterSection::addMissing);
}

QWidget* ParameterSection::columnTitles()
{
    auto* titles = new QWidget(this);
    auto* grid = new QGridLayout(titles);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(new TintedLabel(tr("Parameter"), Token::Muted, TextRole::Caption, titles), 0, 0);
    grid->addWidget(new TintedLabel(tr("Value"), Token::Muted, TextRole::Caption, titles), 0, 1);
    grid->addWidget(new TintedLabel(tr("Kind"), Token::Muted, TextRole::Caption, titles), 0, 3);
    ParameterRow::arrange(grid);
    return titles;
}

void ParameterSection::setDraft(const client::EstimatorDraft& draft)
{
    const QSignalBlocker quiet(this);
    for (ParameterRow* row : m_rows)
        row->deleteLater();
    m_rows.clear();
    m_options.clear();
    for (const client::ScriptParameter& parameter : draft.parameters)
        add(parameter);
}

void ParameterSection::fill(client::EstimatorDraft& draft) const
{
    draft.parameters.clear();
    for (const ParameterRow* row : m_rows)
        draft.parameters.push_back(row->parameter());
}

ParameterRow* ParameterSection::add(const client::ScriptParameter& parameter)
{
    auto* row = new ParameterRow(parameter, this);
    m_rows.push_back(row);
    m_list->addWidget(row);
    number();
    connect(row, &ParameterRow::changed, this, [this] {
        refreshOffer();
        Q_EMIT changed();
    });
    connect(row, &ParameterRow::removeRequested, this, [this, row] { remove(row); });
    connect(row, &ParameterRow::browseRequested, this, [this, row] { Q_EMIT browseRequested(row); });
    return row;
}

void ParameterSection::remove(ParameterRow* row)
{
    std::erase(m_rows, row);
    row->hide();
    row->deleteLater();
    number();
    refreshOffer();
    Q_EMIT changed();
}

void ParameterSection::number()
{
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_rows[i]->setNumber(static_cast<int>(i));
}

std::vector<client::ScriptOption> ParameterSection::missing() const
{
    std::vector<client::ScriptOption> result;
    for (const client::ScriptOption& option : m_options) {
        const bool isTaken = std::any_of(m_rows.begin(), m_rows.end(), [&](const ParameterRow* row) { return row->parameter().name == option.name; });
        if (!isTaken && option.name.starts_with("-"))
            result.push_back(option);
    }
    return result;
}

void ParameterSection::addMissing()
{
    for (const client::ScriptOption& option : missing())
        add({option.name, option.type == "flag" ? std::string() : option.fallback, client::ScriptParameter::Kind::Literal, {}});
    refreshOffer();
    Q_EMIT changed();
}

void ParameterSection::refreshOffer()
{
    const auto left = missing();
    m_offer->setVisible(!left.empty());
    if (left.empty())
        return;
    QStringList names;
    for (const auto& option : left)
        names.append(QString::fromStdString(option.name));
    m_offer->setText(left.size() == 1 ? tr("Add %1").arg(names.front()) : tr("Add %n more of the script", nullptr, static_cast<int>(left.size())));
    m_offer->setToolTip(names.join(QLatin1Char('\n')));
}

void ParameterSection::showReport(const client::EstimatorReport& report)
{
    using About = client::Check::Field;
    m_options = report.options;
    m_source->setText(report.options.empty() ? QString() : tr("read from the script's argparse"));
    const client::Check* general = nullptr;
    std::vector<const client::Check*> perRow(m_rows.size(), nullptr);
    for (const client::Check& check : report.checks) {
        if ((check.field != About::Parameters && check.field != About::Data) || check.level == client::Check::Level::Ok)
            continue;
        const bool isOfRow = check.row >= 0 && static_cast<std::size_t>(check.row) < perRow.size();
        const client::Check*& place = isOfRow ? perRow[static_cast<std::size_t>(check.row)] : general;
        if (!place || check.level > place->level)
            place = &check;
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const std::string name = m_rows[i]->parameter().name;
        const auto option = std::find_if(m_options.begin(), m_options.end(), [&](const auto& each) { return each.name == name; });
        m_rows[i]->showOption(option == m_options.end() ? nullptr : &*option);
        m_rows[i]->showCheck(perRow[i]);
    }
    m_wrong->setVisible(general != nullptr);
    if (general)
        m_wrong->setText(QString::fromStdString(general->sentence));
    refreshOffer();
}

void ParameterSection::useData(const QString& datastore, const QString& path)
{
    using Kind = client::ScriptParameter::Kind;
    const auto isInput = [](const ParameterRow* row) { return row->parameter().kind == Kind::DataMount || row->parameter().kind == Kind::DataDownload; };
    const auto known = std::find_if(m_rows.begin(), m_rows.end(), isInput);
    ParameterRow* row = known != m_rows.end() ? *known : add({"--data-folder", {}, Kind::DataMount, {}});
    row->setPath(datastore, path);
    row->focusValue();
}

void ParameterSection::focusRow(int row)
{
    if (row >= 0 && row < count())
        m_rows[static_cast<std::size_t>(row)]->focusValue();
}

} // namespace runyard
