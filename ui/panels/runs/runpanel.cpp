#include "runpanel.h"

#include "chartpane.h"
#include "client/estimator.h"
#include "filestab.h"
#include "overviewtab.h"
#include "registerform.h"
#include "runheader.h"
#include "runlogpane.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/codeview.h"
#include "widgets/notice.h"
#include "widgets/phasebar.h"
#include "widgets/views.h"

#include <QDir>
#include <QHeaderView>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <map>

namespace runyard {

namespace {

constexpr std::size_t logBatch = 64;
constexpr std::size_t metricBatch = 4000;

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

// With some room between it and the tabs.
QWidget* below(QWidget* card)
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, px(8), 0, 0);
    column->addWidget(card);
    return page;
}

} // namespace

RunPanel::RunPanel(Bridge& bridge, client::Runs& runs, client::Models& models, QWidget* parent)
    : Page({}, {}, parent), m_runs(runs), m_notice(new Notice(this)), m_question(new Notice(this)), m_register(new RegisterForm(bridge, models, this)),
      m_tabs(new QTabWidget(this)), m_charts(new ChartPane), m_overview(new OverviewTab), m_outputs(new FilesTab(bridge, runs, FilesTab::Of::Artifacts)),
      m_code(new FilesTab(bridge, runs, FilesTab::Of::Snapshot)), m_spec(new CodeView), m_detailFeed(bridge), m_logFeed(bridge, logBatch),
      m_metricFeed(bridge, metricBatch), m_calls(bridge)
{
    setObjectName(QStringLiteral("runPanel"));
    build();
    connectHeader();
    shortcuts();
    connect(m_tabs, &QTabWidget::currentChanged, this, &RunPanel::showTab);
    connect(m_outputs, &FilesTab::loaded, this, &RunPanel::filesLoaded);
    connect(m_outputs, &FilesTab::registerRequested, this, &RunPanel::openRegister);
    connect(m_notice, &Notice::tryAgain, this, [this] { open(m_id); });
    connect(&m_logs, &RunLogs::failed, this, [this](const QString& sentence) { m_notice->showError(sentence, {}, Notice::Retry::None); });
    connect(&m_logs, &RunLogs::saved, this, &RunPanel::logSaved);
    connect(m_question, &Notice::triggered, this, &RunPanel::cancel);
    connect(m_register, &RegisterForm::registered, this, [this](const QString& name, const QString& version) {
        m_notice->show(StateKind::Success, tr("Registered %1, version %2.").arg(name, version));
        Q_EMIT modelRegistered(name);
    });
}

void RunPanel::build()
{
    auto* back = new Button(tr("All runs"), Button::Ghost, this);
    back->setObjectName(QStringLiteral("runBack"));
    header()->addWidget(back);
    connect(back, &QPushButton::clicked, this, &RunPanel::closed);
    auto* phases = new PhaseBar(this);
    m_header = new RunHeader(header(), phases, this);
    m_notice->setObjectName(QStringLiteral("runNotice"));
    m_notice->setDismissable(true);
    m_question->setObjectName(QStringLiteral("runCancelQuestion"));
    m_question->setDismissable(true);
    m_register->hide();
    makeTabs();
    content()->addWidget(phases);
    content()->addWidget(m_notice);
    content()->addWidget(m_question);
    content()->addWidget(m_register);
    content()->addWidget(m_tabs, 1);
}

void RunPanel::makeTabs()
{
    m_tabs->setObjectName(QStringLiteral("runTabs"));
    m_tabs->setDocumentMode(true);
    m_spec->setObjectName(QStringLiteral("jobSpec"));
    m_tabs->addTab(makeLive(), tr("Live"));
    m_tabs->addTab(m_overview, tr("Overview"));
    m_tabs->addTab(makeMetrics(), tr("Metrics"));
    m_tabs->addTab(below(makeLog("fullLog")), tr("Logs"));
    m_tabs->addTab(m_outputs, tr("Outputs"));
    m_tabs->addTab(m_code, tr("Code"));
    auto* spec = new Card({}, Card::Padding::None);
    m_spec->setFrameShape(QFrame::NoFrame);
    spec->body()->addWidget(m_spec);
    m_tabs->addTab(below(spec), tr("Job spec"));
}

QWidget* RunPanel::makeLive()
{
    auto* top = new QWidget;
    m_liveSlot = new QVBoxLayout(top);
    m_liveSlot->setContentsMargins(0, px(8), 0, 0);
    m_liveSlot->addWidget(m_charts);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(top);
    splitter->addWidget(makeLog("liveLog"));
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({px(380), px(230)});
    splitter->setChildrenCollapsible(false);
    return splitter;
}

QWidget* RunPanel::makeLog(const char* name)
{
    auto* logs = new RunLogPane(&m_logs);
    logs->setObjectName(QString::fromLatin1(name));
    auto* card = new Card({}, Card::Padding::None);
    card->body()->addWidget(logs);
    return card;
}

QWidget* RunPanel::makeMetrics()
{
    auto* page = new QSplitter(Qt::Vertical);
    auto* top = new QWidget;
    m_metricsSlot = new QVBoxLayout(top);
    m_metricsSlot->setContentsMargins(0, px(8), 0, 0);
    auto* table = new QTableView;
    table->setObjectName(QStringLiteral("metricTable"));
    dress(table);
    table->setModel(&m_charts->metrics());
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    auto* card = new Card({}, Card::Padding::None);
    card->body()->addWidget(table);
    page->addWidget(top);
    page->addWidget(card);
    page->setStretchFactor(0, 3);
    page->setStretchFactor(1, 1);
    page->setSizes({px(440), px(190)});
    page->setChildrenCollapsible(false);
    return page;
}

void RunPanel::connectHeader()
{
    connect(m_header->duplicate, &QPushButton::clicked, this, [this] { Q_EMIT duplicateRequested(m_id); });
    connect(m_header->cancel, &QPushButton::clicked, this, &RunPanel::askCancel);
    connect(m_header->registerModel, &QPushButton::clicked, this, [this] { openRegister({}); });
}

void RunPanel::shortcuts()
{
    const auto bind = [this](const QKeySequence& keys, auto action) {
        auto* shortcut = new QShortcut(keys, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    bind(Qt::CTRL | Qt::Key_D, [this] { Q_EMIT duplicateRequested(m_id); });
    bind(Qt::CTRL | Qt::Key_Period, [this] { askCancel(); });
}

void RunPanel::open(const QString& id)
{
    m_calls.cancel();
    m_detailFeed.stop();
    m_logFeed.stop();
    m_metricFeed.stop();
    m_id = id;
    m_hasEnded = false;
    m_hasCode = false;
    m_header->clear(id);
    m_notice->dismiss();
    m_question->dismiss();
    m_register->hide();
    m_logs.clear();
    m_charts->clear();
    m_charts->setActive(true);
    m_overview->clear();
    m_outputs->open(id);
    m_code->open(id);
    m_spec->setCode({});
    m_tabs->setTabText(Outputs, tr("Outputs"));
    m_tabs->setCurrentIndex(Live);
    follow();
}

void RunPanel::follow()
{
    const std::string run = m_id.toStdString();
    const auto end = [this](Result<> result) { feedEnded(std::move(result)); };
    m_detailFeed.start([&](Sink<api::RunDetails> sink) { return m_runs.watch(run, sink); },
                       [this](const std::vector<api::RunDetails>& details) { takeDetails(details.back()); }, end);
    m_logFeed.start([&](Sink<client::LogChunk> sink) { return m_runs.followLogs(run, sink); },
                    [this](const std::vector<client::LogChunk>& chunks) {
                        for (const client::LogChunk& chunk : chunks)
                            m_logs.append(chunk);
                    }, end);
    m_metricFeed.start([&](Sink<client::MetricBatch> sink) { return m_runs.followMetrics(run, sink); },
                       [this](std::vector<client::MetricBatch> batches) { takeMetrics(std::move(batches)); }, end);
    m_calls.start(m_runs.job(run), [this](Result<api::Job> job) { takeJob(std::move(job)); });
}

void RunPanel::takeDetails(const api::RunDetails& details)
{
    m_header->showDetails(details);
    m_overview->showDetails(details);
    m_charts->setActive(m_header->isActive());
    if (!m_header->isActive() && !m_hasEnded) {
        m_hasEnded = true;
        m_question->dismiss();
        m_outputs->reload();
        if (details.status == "Failed" && !details.errorMessage.empty())
            m_notice->showError(text(details.errorMessage), text(details.errorCode), Notice::Retry::None);
    }
    Q_EMIT updated();
}

void RunPanel::takeMetrics(std::vector<client::MetricBatch> batches)
{
    std::vector<std::string> order;
    std::map<std::string, std::vector<api::MetricPoint>> merged;
    for (client::MetricBatch& batch : batches) {
        auto& points = merged[batch.key];
        if (points.empty()) {
            order.push_back(batch.key);
            points = std::move(batch.points);
        } else {
            points.insert(points.end(), batch.points.begin(), batch.points.end());
        }
    }
    for (const std::string& key : order)
        m_charts->append(key, merged[key]);
}

void RunPanel::takeJob(Result<api::Job> job)
{
    if (!job)
        return m_spec->setCode(text(job.error().message));
    m_header->showJob(*job);
    m_overview->showJob(*job);
    m_spec->setCode(text(client::Estimators::jobYaml(client::Estimators::fromJob(*job))));
}

void RunPanel::feedEnded(Result<> end)
{
    if (!end)
        m_notice->showError(text(end.error().message), text(end.error().detail));
}

void RunPanel::logSaved(const QString& file, const QString& error)
{
    if (error.isEmpty())
        m_notice->show(StateKind::Success, tr("The log is saved as %1.").arg(QDir::toNativeSeparators(file)));
    else
        m_notice->showError(error, {}, Notice::Retry::None);
}

void RunPanel::showTab(int tab)
{
    if (tab == Live)
        m_liveSlot->addWidget(m_charts);
    else if (tab == Metrics)
        m_metricsSlot->addWidget(m_charts);
    else if (tab == Outputs && !m_hasEnded)
        m_outputs->reload();
    else if (tab == Code && !std::exchange(m_hasCode, true))
        m_code->reload();
}

void RunPanel::filesLoaded()
{
    const int count = m_outputs->files().fileCount();
    m_tabs->setTabText(Outputs, count > 0 ? tr("Outputs %1").arg(count) : tr("Outputs"));
    const QStringList folders = m_outputs->files().folders();
    m_header->registerModel->setEnabled(m_hasEnded && folders.contains(QStringLiteral("outputs")));
}

void RunPanel::askCancel()
{
    if (!m_header->isActive())
        return;
    m_question->setAction(tr("Cancel this run"));
    for (QPushButton* button : m_question->findChildren<QPushButton*>()) {
        if (button->text() == tr("Cancel this run"))
            button->setObjectName(QStringLiteral("runCancelConfirm"));
    }
    m_question->show(StateKind::Warning, tr("Cancel it? The training stops where it is; logs, metrics and files written so far are kept."));
}

void RunPanel::cancel()
{
    m_question->dismiss();
    m_header->cancel->setEnabled(false);
    m_calls.start(m_runs.cancel(m_id.toStdString()), [this](Result<> done) {
        m_header->cancel->setEnabled(!done);
        if (!done)
            m_notice->showError(text(done.error().message), text(done.error().detail), Notice::Retry::None);
    });
}

void RunPanel::openRegister(const QString& folder)
{
    QStringList folders;
    for (const QString& each : m_outputs->files().folders()) {
        if (each.startsWith(QLatin1String("outputs")))
            folders.append(each);
    }
    const QString model = QStringLiteral("outputs/model");
    const QString chosen = !folder.isEmpty() ? folder : folders.contains(model) ? model : folders.value(0);
    const QString experiment = text(m_header->details().experimentName);
    m_register->open(m_id, experiment, folders, chosen);
}

} // namespace runyard
