#pragma once

#include "client/estimator.h"

#include <QWidget>

namespace runyard {

class Card;
class CheckList;
class CodeView;
class Notice;
class ProgressRow;
class Segmented;
class StateChip;
struct Check;

// The right side of the estimator: what is checked before a submission, how far a submission is, and the job in words a machine reads.
class ReportPane final : public QWidget {
    Q_OBJECT
public:
    explicit ReportPane(QWidget* parent = nullptr);

    void showYaml(const QString& yaml);
    void showChecking();
    void showReport(const client::EstimatorReport& report);
    void showError(const Error& error, const QString& word);
    void showSubmitting();
    void showProgress(const client::SubmitProgress& progress);
    void endSubmitting();
    void clearError();

Q_SIGNALS:
    void activated(int check);  // index in the report
    void cancelRequested();
    void tryAgain();

private:
    QWidget* makeJob();
    void showText();

    Notice* m_notice;
    ProgressRow* m_progress = nullptr;
    Card* m_checksCard;
    CheckList* m_checks;
    StateChip* m_chip;
    Segmented* m_form;
    CodeView* m_text;
    QString m_yaml;
    QString m_command;
};

} // namespace runyard
