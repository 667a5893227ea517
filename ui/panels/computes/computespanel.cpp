#include "computespanel.h"

#include "computeform.h"
#include "nodesdelegate.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/emptystate.h"
#include "widgets/fourfaces.h"
#include "widgets/notice.h"
#include "widgets/statedelegate.h"
#include "widgets/views.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace runyard {

static constexpr int lookEvery = 2000;  // ms

ComputesPanel::ComputesPanel(Bridge& bridge, client::Computes& computes, QWidget* parent)
    : Page(tr("Compute"), tr("Where runs can run"), parent), m_computes(computes), m_form(new ComputeForm(bridge, computes, this)), m_removals(bridge),
      m_nodeCalls(bridge), m_calls(bridge)
{
    setObjectName(QStringLiteral("computesPanel"));
    m_timer.setInterval(lookEvery);
    build();
    connectParts();
}

void ComputesPanel::build()
{
    auto* create = header()->addAction(tr("New cluster"), Button::Primary);
    create->setObjectName(QStringLiteral("computeNew"));
    connect(create, &Button::clicked, m_form, &ComputeForm::openNew);
    m_form->hide();
    m_form->setFixedWidth(px(420));
    auto* left = new QSplitter(Qt::Vertical, this);
    left->setChildrenCollapsible(false);
    left->addWidget(makeList());
    left->addWidget(makeNodes());
    left->setStretchFactor(0, 3);
    left->setStretchFactor(1, 2);
    auto* row = new QHBoxLayout;
    row->setSpacing(px(12));
    row->addWidget(left, 1);
    row->addWidget(m_form, 0, Qt::AlignTop);
    content()->addLayout(row, 1);
}

Card* ComputesPanel::makeList()
{
    auto* card = new Card(QString(), Card::Padding::None, this);
    m_table = new QTableView(card);
    m_table->setObjectName(QStringLiteral("computeTable"));
    dress(m_table);
    m_table->setModel(&m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setItemDelegateForColumn(ComputeModel::Nodes, new NodesDelegate(m_table));
    m_table->setItemDelegateForColumn(ComputeModel::State, new StateDelegate(m_table));
    fitColumns(m_table, {160, 90, 180, 190, 120});
    m_faces = new FourFaces(m_table, new EmptyState(QStringLiteral("compute"), tr("No compute target yet."), tr("New cluster"), card), card);
    m_notice = new Notice(card);
    card->body()->addWidget(m_faces, 1);
    card->body()->addWidget(m_notice);
    return card;
}

Card* ComputesPanel::makeNodes()
{
    m_nodeCard = new Card(tr("Nodes"), Card::Padding::None, this);
    m_actions = new QWidget(m_nodeCard);
    auto* row = new QHBoxLayout(m_actions);
    row->setContentsMargins(0, 0, 0, 0);
    auto* edit = new Button(tr("Edit"), m_actions);
    edit->setObjectName(QStringLiteral("computeEdit"));
    auto* remove = new Button(tr("Delete"), Button::Danger, m_actions);
    remove->setObjectName(QStringLiteral("computeDelete"));
    row->addWidget(edit);
    row->addWidget(remove);
    m_nodeCard->headingRow()->addWidget(m_actions);
    m_nodes = new QTableView(m_nodeCard);
    m_nodes->setObjectName(QStringLiteral("nodeTable"));
    dress(m_nodes);
    m_nodes->setModel(&m_nodeModel);
    m_nodes->setItemDelegateForColumn(NodeModel::State, new StateDelegate(m_nodes));
    fitColumns(m_nodes, {190, 130, 300, 100});
    m_nodeFaces = new FourFaces(m_nodes, new EmptyState(QStringLiteral("compute"), tr("No node is allocated. Nodes come when a run needs them, and go after the idle time."), {}, m_nodeCard), m_nodeCard);
    m_nodeCard->body()->addWidget(m_nodeFaces, 1);
    m_nodeCard->hide();
    connect(&m_nodeModel, &QAbstractItemModel::rowsInserted, m_nodeFaces, &FourFaces::setFilled);
    connect(&m_nodeModel, &QAbstractItemModel::rowsRemoved, this, &ComputesPanel::showNodes);
    connect(edit, &Button::clicked, this, [this] {
        if (const api::Compute* compute = chosen())
            m_form->openFor(*compute);
    });
    connect(remove, &Button::clicked, this, &ComputesPanel::askToRemove);
    return m_nodeCard;
}

void ComputesPanel::showNodes()
{
    if (m_nodeModel.rowCount({}) > 0)
        m_nodeFaces->setFilled();
    else
        m_nodeFaces->setEmpty();
}

void ComputesPanel::connectParts()
{
    connect(&m_timer, &QTimer::timeout, this, &ComputesPanel::load);
    connect(m_faces, &FourFaces::tryAgain, this, &ComputesPanel::load);
    connect(m_faces, &FourFaces::fill, m_form, &ComputeForm::openNew);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ComputesPanel::showChosen);
    connect(m_notice, &Notice::triggered, this, &ComputesPanel::remove);
    connect(m_nodes, &QTableView::activated, this, [this](const QModelIndex& index) {
        const std::string run = m_nodeModel.rowAt(index.row()).runId;
        if (!run.empty())
            Q_EMIT runActivated(QString::fromStdString(run));
    });
    connect(m_form, &ComputeForm::saved, this, [this](const QString& name) {
        m_toSelect = name;
        load();
    });
}

void ComputesPanel::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_timer.start();
    load();
}

void ComputesPanel::hideEvent(QHideEvent* event)
{
    m_timer.stop();
    Page::hideEvent(event);
}

void ComputesPanel::load()
{
    if (!m_calls.isIdle() && m_toSelect.isEmpty())
        return;
    if (m_model.rowCount() == 0)
        m_faces->setLoading();
    m_calls.cancel();
    m_calls.start(m_computes.list(), [this](Result<std::vector<api::Compute>> computes) { fill(std::move(computes)); });
}

void ComputesPanel::fill(Result<std::vector<api::Compute>> computes)
{
    if (!computes) {
        m_faces->setFailed(QString::fromStdString(computes.error().message), QString::fromStdString(computes.error().detail));
        return;
    }
    int busy = 0;
    for (const auto& compute : *computes)
        busy += compute.running;
    const int count = static_cast<int>(computes->size());
    const QString targets = count == 1 ? tr("1 target") : tr("%1 targets").arg(count);
    header()->setCaption(targets + QStringLiteral(" · ") + (busy == 1 ? tr("1 node busy") : tr("%1 nodes busy").arg(busy)));
    m_form->setKnown(*computes);
    m_model.merge(std::move(*computes));
    if (count == 0)
        m_faces->setEmpty();
    else
        m_faces->setFilled();
    if (const int row = m_toSelect.isEmpty() ? -1 : m_model.rowOf(m_toSelect.toStdString()); row >= 0) {
        m_table->selectRow(row);
        m_toSelect.clear();
    }
    Q_EMIT countChanged(count);
    showChosen();
}

const api::Compute* ComputesPanel::chosen() const
{
    const QModelIndex index = m_table->currentIndex();
    return index.isValid() ? &m_model.rowAt(index.row()) : nullptr;
}

void ComputesPanel::showChosen()
{
    const api::Compute* compute = chosen();
    m_nodeCard->setVisible(compute != nullptr);
    if (!compute)
        return;
    m_actions->setVisible(compute->name != thisComputer);
    m_nodeCard->setHeading(tr("Nodes of %1").arg(QString::fromStdString(compute->name)));
    if (m_shown != compute->name)
        m_nodeModel.merge({});
    m_shown = compute->name;
    loadNodes();
}

void ComputesPanel::loadNodes()
{
    m_nodeCalls.cancel();
    m_nodeCalls.start(m_computes.nodes(m_shown), [this](Result<std::vector<api::ComputeNode>> nodes) {
        if (!nodes)
            return;
        m_nodeModel.merge(std::move(*nodes));
        showNodes();
    });
}

void ComputesPanel::askToRemove()
{
    const api::Compute* compute = chosen();
    if (!compute)
        return;
    m_doomed = compute->name;
    const QString name = QString::fromStdString(m_doomed);
    m_notice->setAction(tr("Delete"));
    m_notice->show(StateKind::Warning, compute->running > 0 ? tr("Delete %1? %2 of its nodes are busy; the service refuses while a run is on them.").arg(name).arg(compute->running) : tr("Delete %1? Runs that were on it stay.").arg(name));
    for (Button* button : m_notice->findChildren<Button*>()) {
        if (button->text() == tr("Delete"))
            button->setObjectName(QStringLiteral("computeDeleteConfirm"));
    }
}

void ComputesPanel::remove()
{
    m_notice->setAction(QString());
    m_removals.start(m_computes.remove(m_doomed), [this](Result<> done) {
        if (done)
            m_notice->dismiss();
        else
            m_notice->showError(QString::fromStdString(done.error().message), QString::fromStdString(done.error().detail), Notice::Retry::None);
        load();
    });
}

} // namespace runyard
