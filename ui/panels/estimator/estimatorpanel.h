#pragma once

#include "bridge/calls.h"
#include "bridge/feed.h"
#include "client/computes.h"
#include "client/datastores.h"
#include "client/estimator.h"
#include "widgets/page.h"

#include <QTimer>

namespace runyard {

class Button;
class CodeSection;
class EnvironmentSection;
class JobSection;
class ParameterRow;
class ParameterSection;
class ReportPane;

// A new run: the TensorFlow estimator as a form. What is typed is checked as a whole within 300 ms of the last key.
class EstimatorPanel final : public Page {
    Q_OBJECT
public:
    EstimatorPanel(Bridge& bridge, client::Estimators& estimators, client::Computes& computes, client::Datastores& datastores, QWidget* parent = nullptr);

    void load(const client::EstimatorDraft& draft);
    void loadExample();
    void useData(const QString& datastore, const QString& path);  // a place in a datastore as the script's input
    client::EstimatorDraft draft() const;

Q_SIGNALS:
    void submitted(QString runId);
    void computeRequested();
    void dataRequested();
    void checked();  // a report is shown

public Q_SLOTS:
    void submit();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    enum class Wish { None, Submit };  // what follows a check

    void build();
    QWidget* makeForm();
    void connectParts();
    void edited();
    void check();
    void showReport(Result<client::EstimatorReport> report);
    void send();
    void ended(Result<api::Job> job);
    void setSubmitting(bool isSubmitting);
    void focusOn(const client::Check& check);
    void loadComputes();
    void browse(ParameterRow* row);

    Bridge& m_bridge;
    client::Estimators& m_estimators;
    client::Computes& m_computes;
    client::Datastores& m_datastores;
    CodeSection* m_code;
    ParameterSection* m_parameters;
    EnvironmentSection* m_environment;
    JobSection* m_job;
    ReportPane* m_report;
    Button* m_submitButton = nullptr;
    client::EstimatorReport m_lastReport;
    bool m_isFresh = false;  // m_lastReport is about what is in the form now
    Wish m_wish = Wish::None;
    Wish m_retry = Wish::None;  // what Try again does
    QTimer m_debounce;
    QTimer m_computeClock;
    Feed<client::SubmitProgress> m_submission;
    Calls m_computeCalls;
    Calls m_checks;
};

} // namespace runyard
