#include "runspanel.h"

#include "theme/metrics.h"
#include "widgets/card.h"
#include "widgets/emptystate.h"
#include "widgets/fourfaces.h"
#include "widgets/searchfield.h"
#include "widgets/segmented.h"
#include "widgets/statedelegate.h"
#include "widgets/tintedlabel.h"
#include "widgets/views.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

constexpr int listLimit = 500;

} // namespace

RunsPanel::RunsPanel(Bridge& bridge, client::Runs& runs, QWidget* parent)
    : Page(tr("Runs"), {}, parent), m_service(runs), m_table(new QTableView), m_search(new SearchField(tr("Find by name, experiment, compute, parameter or tag"))),
      m_states(new Segmented({tr("All"), tr("Active"), tr("Completed"), tr("Failed")})), m_count(new TintedLabel({}, Token::Muted, TextRole::Caption)), m_feed(bridge, 4)
{
    setObjectName(QStringLiteral("runsPanel"));
    m_filter.setSourceModel(&m_model);
    build();
    connectParts();
    reload();
}

void RunsPanel::build()
{
    Button* fresh = header()->addAction(tr("New run"), Button::Primary);
    fresh->setObjectName(QStringLiteral("runsNew"));
    connect(fresh, &QPushButton::clicked, this, &RunsPanel::newRunRequested);
    m_search->setObjectName(QStringLiteral("runsSearch"));
    m_states->setObjectName(QStringLiteral("runsStates"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_search, 1);
    row->addWidget(m_states);
    row->addWidget(m_count);
    content()->addLayout(row);
    buildTable();
    auto* empty = new EmptyState(QStringLiteral("runs"), tr("No run yet. Start one with the bundled example: it trains a network on images in a minute."), tr("New run"));
    m_faces = new FourFaces(m_table, empty);
    auto* card = new Card({}, Card::Padding::None);
    card->body()->addWidget(m_faces);
    content()->addWidget(card, 1);
}

void RunsPanel::buildTable()
{
    m_table->setObjectName(QStringLiteral("runsTable"));
    dress(m_table);
    m_table->setModel(&m_filter);
    m_table->setItemDelegateForColumn(RunModel::State, new StateDelegate(m_table));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunModel::Started, Qt::DescendingOrder);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    fitColumns(m_table, {200, 124, 112, 124, 90, 124});
    connect(&m_filter, &QAbstractItemModel::columnsInserted, this, [this] {
        QItemSelectionModel* chosen = m_table->selectionModel();  // a new column is not yet part of the selected rows
        chosen->select(chosen->selection(), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    });
}

void RunsPanel::connectParts()
{
    connect(m_search, &SearchField::textChanged, this, [this](const QString& text) {
        m_filter.setSearch(text);
        refresh();
    });
    connect(m_states, &Segmented::currentChanged, this, [this](int index) {
        m_filter.setStates(static_cast<RunFilter::States>(index));
        refresh();
    });
    connect(m_table, &QTableView::activated, this, &RunsPanel::activate);
    connect(m_faces, &FourFaces::tryAgain, this, &RunsPanel::reload);
    connect(m_faces, &FourFaces::fill, this, &RunsPanel::newRunRequested);
    auto* find = new QShortcut(QKeySequence::Find, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, m_search, [this] { m_search->setFocus(Qt::ShortcutFocusReason); });
}

void RunsPanel::reload()
{
    m_faces->setLoading();
    m_feed.start([this](Sink<std::vector<api::RunSummary>> sink) { return m_service.watchList(listLimit, sink); },
                 [this](std::vector<std::vector<api::RunSummary>> lists) { take(std::move(lists)); },
                 [this](Result<> end) {
                     if (!end)
                         m_faces->setFailed(QString::fromStdString(end.error().message), QString::fromStdString(end.error().detail));
                 });
}

void RunsPanel::take(std::vector<std::vector<api::RunSummary>> lists)
{
    const int before = m_model.rowCount();
    m_model.setRuns(std::move(lists.back()));
    if (m_model.rowCount() == 0)
        m_faces->setEmpty();
    else
        m_faces->setFilled();
    refresh();
    if (m_model.rowCount() != before)
        Q_EMIT countChanged(m_model.rowCount());
}

void RunsPanel::refresh()
{
    const int all = m_model.rowCount();
    const int shown = m_filter.rowCount();
    const int active = m_model.activeCount();
    QString caption = all == 1 ? tr("1 run") : tr("%1 runs").arg(all);
    if (active > 0)
        caption += tr(" · %n active", nullptr, active);
    header()->setCaption(all == 0 ? QString() : caption);
    m_count->setText(shown == all ? QString() : tr("%1 of %2").arg(shown).arg(all));
    m_count->setVisible(shown != all);
}

void RunsPanel::activate(const QModelIndex& index)
{
    const QString id = index.data(RunModel::IdRole).toString();
    if (!id.isEmpty())
        Q_EMIT runActivated(id);
}

} // namespace runyard
