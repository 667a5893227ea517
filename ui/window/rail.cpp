#include "rail.h"

#include "api/job.h"
#include "models/runstate.h"
#include "railitem.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"
#include "widgets/format.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace runyard {

static constexpr int runLimit = 8;

Rail::Rail(QWidget* parent) : QWidget(parent)
{
    m_column = new QVBoxLayout(this);
    m_column->setContentsMargins(px(8), px(12), px(9), px(10));
    m_column->setSpacing(0);
    addPlace(Place::Home, QStringLiteral("home"), tr("Home"), QStringLiteral("Ctrl+1"));
    addPlace(Place::Data, QStringLiteral("data"), tr("Data"), QStringLiteral("Ctrl+2"));
    addPlace(Place::Compute, QStringLiteral("compute"), tr("Compute"), QStringLiteral("Ctrl+3"));
    addPlace(Place::Runs, QStringLiteral("runs"), tr("Runs"), QStringLiteral("Ctrl+4"));
    addPlace(Place::Models, QStringLiteral("models"), tr("Models"), QStringLiteral("Ctrl+5"));
    m_runsTitle = new QLabel(tr("Active and pinned"), this);
    applyRole(m_runsTitle, TextRole::Caption);
    m_runsTitle->setContentsMargins(px(10), px(16), 0, px(4));
    m_runsTitle->hide();
    m_column->addWidget(m_runsTitle);
    m_runColumn = new QVBoxLayout;
    m_runColumn->setSpacing(0);
    m_column->addLayout(m_runColumn);
    m_column->addStretch();
    addPlace(Place::Settings, QStringLiteral("settings"), tr("Settings"), QStringLiteral("Ctrl+,"));
    setNarrow(false);
    select();
}

RailItem* Rail::addPlace(Place place, const QString& iconName, const QString& text, const QString& key)
{
    auto* item = new RailItem(iconName, text, this);
    item->setObjectName(QStringLiteral("rail_") + nameOf(place));
    item->setAccessibleDescription(key);
    connect(item, &RailItem::clicked, this, [this, place] {
        select();
        Q_EMIT placeChosen(place);
    });
    m_places.insert(place, item);
    m_column->addWidget(item);
    return item;
}

RailItem* Rail::runItem(const QString& id)
{
    if (RailItem* known = m_runs.value(id))
        return known;
    auto* item = new RailItem(QString(), id, this);
    item->setObjectName(QStringLiteral("railRun_") + id);
    item->setContextMenuPolicy(Qt::CustomContextMenu);
    item->setNarrow(m_isNarrow);
    connect(item, &RailItem::clicked, this, [this, id] {
        select();
        Q_EMIT runChosen(id);
    });
    connect(item, &RailItem::customContextMenuRequested, this, [this, id] { Q_EMIT pinToggled(id); });
    m_runs.insert(id, item);
    return item;
}

void Rail::setRuns(const std::vector<api::RunSummary>& runs, const QStringList& pinned)
{
    QStringList shown;
    for (const auto& run : runs) {
        const QString id = QString::fromStdString(run.id);
        const bool isActive = run.ended == 0 && !api::isTerminal(run.status);
        if (shown.size() >= runLimit || (!isActive && !pinned.contains(id)))
            continue;
        const RunState state = runState(run.status);
        RailItem* item = runItem(id);
        item->setText(QString::fromStdString(run.name.empty() ? run.id : run.name));
        item->setDot(state.kind);
        item->setNote(isActive ? state.word : QString());
        m_runColumn->insertWidget(static_cast<int>(shown.size()), item);
        item->show();
        shown.append(id);
    }
    for (const QString& id : m_runs.keys()) {
        if (!shown.contains(id))
            m_runs.take(id)->deleteLater();
    }
    m_runsTitle->setVisible(!shown.isEmpty() && !m_isNarrow);
    select();
}

void Rail::setPlace(Place place, const QString& run)
{
    m_place = place;
    m_run = run;
    select();
}

void Rail::setCount(Place place, int count)
{
    if (RailItem* item = m_places.value(place))
        item->setNote(formatCount(count));
}

void Rail::select()
{
    const bool isRun = m_runs.contains(m_run) && m_place == Place::Run;
    const Place row = m_place == Place::NewRun || m_place == Place::Run ? Place::Runs : m_place == Place::Connect ? Place::Home : m_place;
    for (auto place = m_places.cbegin(); place != m_places.cend(); ++place)
        place.value()->setChecked(place.key() == row && !isRun);
    for (auto run = m_runs.cbegin(); run != m_runs.cend(); ++run)
        run.value()->setChecked(isRun && run.key() == m_run);
}

void Rail::setNarrow(bool narrow)
{
    m_isNarrow = narrow;
    setFixedWidth(px(narrow ? 57 : metrics::railWidth));
    for (RailItem* item : m_places)
        item->setNarrow(narrow);
    for (RailItem* item : m_runs)
        item->setNarrow(narrow);
    m_runsTitle->setVisible(!m_runs.isEmpty() && !narrow);
}

void Rail::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), color(Token::Rail));
    painter.fillRect(QRect(width() - 1, 0, 1, height()), color(Token::Stroke));
}

} // namespace runyard
