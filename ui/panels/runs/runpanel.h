#pragma once

#include "bridge/calls.h"
#include "bridge/feed.h"
#include "client/models.h"
#include "client/runs.h"
#include "runlogs.h"
#include "widgets/page.h"

class QTabWidget;
class QVBoxLayout;

namespace runyard {

class ChartPane;
class CodeView;
class FilesTab;
class Notice;
class OverviewTab;
class RegisterForm;
class RunHeader;

// One run: live while it is active, and complete once it has ended.
class RunPanel final : public Page {
    Q_OBJECT
public:
    RunPanel(Bridge& bridge, client::Runs& runs, client::Models& models, QWidget* parent = nullptr);

    void open(const QString& id);
    QString id() const { return m_id; }

Q_SIGNALS:
    void modelRegistered(QString name);
    void duplicateRequested(QString id);
    void closed();
    void updated();  // what the service tells of the run has changed

private:
    enum Tab { Live, Overview, Metrics, Logs, Outputs, Code, Spec };

    void build();
    QWidget* makeLive();
    QWidget* makeLog(const char* name);
    QWidget* makeMetrics();
    void makeTabs();
    void connectHeader();
    void shortcuts();
    void follow();
    void takeDetails(const api::RunDetails& details);
    void takeMetrics(std::vector<client::MetricBatch> batches);
    void takeJob(Result<api::Job> job);
    void feedEnded(Result<> end);
    void logSaved(const QString& file, const QString& error);
    void showTab(int tab);
    void filesLoaded();
    void askCancel();
    void cancel();
    void openRegister(const QString& folder);

    client::Runs& m_runs;
    QString m_id;
    RunLogs m_logs;
    RunHeader* m_header = nullptr;
    Notice* m_notice;
    Notice* m_question;
    RegisterForm* m_register;
    QTabWidget* m_tabs;
    ChartPane* m_charts;
    QVBoxLayout* m_liveSlot = nullptr;
    QVBoxLayout* m_metricsSlot = nullptr;
    OverviewTab* m_overview;
    FilesTab* m_outputs;
    FilesTab* m_code;
    CodeView* m_spec;
    bool m_hasEnded = false;
    bool m_hasCode = false;
    Feed<api::RunDetails> m_detailFeed;
    Feed<client::LogChunk> m_logFeed;
    Feed<client::MetricBatch> m_metricFeed;
    Calls m_calls;
};

} // namespace runyard
