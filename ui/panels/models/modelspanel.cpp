#include "modelspanel.h"

#include "downloadform.h"
#include "theme/metrics.h"
#include "widgets/card.h"
#include "widgets/emptystate.h"
#include "widgets/format.h"
#include "widgets/fourfaces.h"
#include "widgets/keyvaluelist.h"
#include "widgets/notice.h"
#include "widgets/valuedelegates.h"
#include "widgets/views.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

ModelsPanel::ModelsPanel(Bridge& bridge, client::Models& models, QWidget* parent)
    : Page(tr("Models"), tr("What runs have produced and you have registered"), parent), m_models(models), m_download(new DownloadForm(bridge, models, this)),
      m_versionCalls(bridge), m_calls(bridge)
{
    setObjectName(QStringLiteral("modelsPanel"));
    build();
    connectParts();
}

void ModelsPanel::build()
{
    auto* content = new QSplitter(Qt::Horizontal);
    content->setChildrenCollapsible(false);
    content->addWidget(makeList());
    m_right = new QWidget;
    auto* lower = new QHBoxLayout;
    lower->setSpacing(px(12));
    lower->addWidget(m_download, 1);
    lower->addWidget(makeOrigin(), 1);
    auto* column = new QVBoxLayout(m_right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(px(12));
    column->addWidget(makeVersions(), 1);
    column->addLayout(lower);
    content->addWidget(m_right);
    content->setSizes({px(290), px(860)});
    content->setStretchFactor(1, 1);
    m_right->hide();
    m_faces = new FourFaces(content, new EmptyState(QStringLiteral("models"), tr("No model yet. Open a completed run and register what it has saved.")), this);
    this->content()->addWidget(m_faces, 1);
}

Card* ModelsPanel::makeList()
{
    auto* card = new Card(QString(), Card::Padding::None, this);
    m_table = new QTableView(card);
    m_table->setObjectName(QStringLiteral("modelTable"));
    dress(m_table);
    m_table->setModel(&m_list);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(false);
    m_table->horizontalHeader()->setSectionResizeMode(ModelListModel::Name, QHeaderView::Stretch);
    m_table->setColumnWidth(ModelListModel::Latest, px(56));
    card->body()->addWidget(m_table);
    card->setMinimumWidth(px(200));
    return card;
}

Card* ModelsPanel::makeVersions()
{
    m_versionCard = new Card(QStringLiteral(" "), Card::Padding::None, this);
    m_versions = new QTableView(m_versionCard);
    m_versions->setObjectName(QStringLiteral("versionTable"));
    dress(m_versions);
    m_versions->setModel(&m_versionModel);
    m_versions->setSelectionMode(QAbstractItemView::SingleSelection);
    m_versions->setItemDelegateForColumn(ModelVersionModel::Size, new BytesDelegate(m_versions));
    m_versions->setItemDelegateForColumn(ModelVersionModel::Registered, new MomentDelegate(m_versions));
    fitColumns(m_versions, {76, 250, 100, 150, 140});
    m_notice = new Notice(m_versionCard);
    m_versionCard->body()->addWidget(m_notice);
    m_versionCard->body()->addWidget(m_versions);
    return m_versionCard;
}

Card* ModelsPanel::makeOrigin()
{
    auto* card = new Card(tr("Where it comes from"), Card::Padding::Inside, this);
    m_origin = new KeyValueList(card);
    m_origin->setObjectName(QStringLiteral("modelOrigin"));
    card->body()->addWidget(m_origin);
    card->body()->addStretch();
    return card;
}

void ModelsPanel::connectParts()
{
    connect(m_faces, &FourFaces::tryAgain, this, &ModelsPanel::load);
    connect(m_notice, &Notice::tryAgain, this, &ModelsPanel::loadVersions);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ModelsPanel::loadVersions);
    connect(m_versions->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ModelsPanel::showVersion);
    connect(m_versions, &QTableView::activated, this, [this](const QModelIndex& index) { Q_EMIT runActivated(QString::fromStdString(m_versionModel.rowAt(index.row()).jobName)); });
    connect(m_origin, &KeyValueList::linkActivated, this, [this] {
        if (const api::ModelVersion* version = chosenVersion())
            Q_EMIT runActivated(QString::fromStdString(version->jobName));
    });
    connect(m_download, &DownloadForm::changed, this, [this] { Q_EMIT transfersChanged(m_download->isRunning() ? 1 : 0, std::max(0.0, m_download->rate())); });
}

void ModelsPanel::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    load();
}

void ModelsPanel::choose(const QString& name)
{
    m_wanted = name;
    load();
}

void ModelsPanel::load()
{
    if (m_list.rowCount() == 0)
        m_faces->setLoading();
    m_calls.cancel();
    m_calls.start(m_models.list(), [this](Result<std::vector<api::ModelContainer>> models) { fill(std::move(models)); });
}

void ModelsPanel::fill(Result<std::vector<api::ModelContainer>> models)
{
    if (!models) {
        m_faces->setFailed(QString::fromStdString(models.error().message), QString::fromStdString(models.error().detail));
        return;
    }
    const int count = static_cast<int>(models->size());
    header()->setCaption(count == 1 ? tr("1 model") : tr("%1 models").arg(count));
    m_list.merge(std::move(*models));
    Q_EMIT countChanged(count);
    if (count == 0) {
        m_faces->setEmpty();
        return;
    }
    m_faces->setFilled();
    const int wanted = m_list.rowOf(m_wanted.toStdString());
    m_wanted.clear();
    if (wanted >= 0)
        m_table->selectRow(wanted);
    else if (!m_table->currentIndex().isValid())
        m_table->selectRow(0);
    loadVersions();
}

void ModelsPanel::loadVersions()
{
    const QModelIndex index = m_table->currentIndex();
    m_right->setVisible(index.isValid());
    if (!index.isValid())
        return;
    const std::string name = m_list.rowAt(index.row()).name;
    if (name != m_shown)
        m_versionModel.merge({});
    m_shown = name;
    m_versionCard->setHeading(QString::fromStdString(name));
    m_versionCalls.cancel();
    m_versionCalls.start(m_models.versions(name), [this](Result<std::vector<api::ModelVersion>> versions) { fillVersions(std::move(versions)); });
}

void ModelsPanel::fillVersions(Result<std::vector<api::ModelVersion>> versions)
{
    if (!versions) {
        m_notice->showError(QString::fromStdString(versions.error().message), QString::fromStdString(versions.error().detail));
        return;
    }
    m_notice->dismiss();
    const bool isNewer = !versions->empty() && (m_versionModel.rowCount() == 0 || m_versionModel.rowOf(versions->front().version) < 0);
    m_versionModel.merge(std::move(*versions));
    if (isNewer)
        m_versions->selectRow(0);
    showVersion();
}

const api::ModelVersion* ModelsPanel::chosenVersion() const
{
    const QModelIndex index = m_versions->currentIndex();
    return index.isValid() ? &m_versionModel.rowAt(index.row()) : nullptr;
}

void ModelsPanel::showVersion()
{
    const api::ModelVersion* version = chosenVersion();
    if (!version)
        return;
    m_origin->set(tr("Run"), QString::fromStdString(version->jobName), KeyValueList::Look::Link);
    m_origin->set(tr("Registered"), formatDateTime(version->created));
    m_origin->set(tr("Size"), formatBytes(static_cast<double>(sizeOf(*version))), KeyValueList::Look::Text, formatBytesExact(sizeOf(*version)));
    m_origin->set(tr("Files"), formatCount(filesOf(*version)));
    const QString digest = digestOf(*version);
    m_origin->set(tr("SHA-256"), digest.left(24) + (digest.isEmpty() ? QString() : QStringLiteral("…")), KeyValueList::Look::Mono, digest);
    if (!version->description.empty())
        m_origin->set(tr("Description"), QString::fromStdString(version->description));
    else
        m_origin->remove(tr("Description"));
    if (m_download->offers(*version))
        return;
    m_download->offer(*version);
}

} // namespace runyard
