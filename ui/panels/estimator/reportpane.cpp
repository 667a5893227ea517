#include "reportpane.h"

#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/checklist.h"
#include "widgets/codeview.h"
#include "widgets/hairline.h"
#include "widgets/notice.h"
#include "widgets/progressrow.h"
#include "widgets/segmented.h"
#include "widgets/statechip.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

Check::State stateOf(client::Check::Level level)
{
    switch (level) {
    case client::Check::Level::Ok: return Check::State::Fine;
    case client::Check::Level::Warning: return Check::State::Warning;
    default: return Check::State::Wrong;
    }
}

} // namespace

ReportPane::ReportPane(QWidget* parent)
    : QWidget(parent), m_notice(new Notice(this)), m_checksCard(new Card(tr("Before you submit"), Card::Padding::Inside, this)),
      m_checks(new CheckList(this)), m_chip(new StateChip(tr("checking"), StateKind::Neutral, StateChip::Mark::None, this)),
      m_form(new Segmented({tr("Job YAML"), tr("Command line")}, this)), m_text(new CodeView({}, this))
{
    m_notice->setObjectName(QStringLiteral("estimatorNotice"));
    m_checks->setObjectName(QStringLiteral("estimatorChecks"));
    m_chip->setObjectName(QStringLiteral("estimatorReady"));
    m_checksCard->headingRow()->addWidget(m_chip);
    m_checksCard->body()->addWidget(m_checks);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(px(12));
    layout->addWidget(m_notice);
    layout->addWidget(m_checksCard);
    layout->addWidget(makeJob(), 1);
    m_checks->setChecks({{Check::State::Pending, tr("Checking…"), {}, {}}});
    connect(m_checks, &CheckList::activated, this, [this](const QString& key) { Q_EMIT activated(key.toInt()); });
    connect(m_notice, &Notice::tryAgain, this, &ReportPane::tryAgain);
}

QWidget* ReportPane::makeJob()
{
    auto* card = new Card({}, Card::Padding::None, this);
    m_form->setObjectName(QStringLiteral("estimatorForm"));
    m_text->setObjectName(QStringLiteral("estimatorText"));
    m_text->setCopyVisible(false);
    m_text->setFrameShape(QFrame::NoFrame);
    auto* copy = new Button(tr("Copy"), card);
    copy->setObjectName(QStringLiteral("estimatorCopy"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(px(12), px(8), px(12), px(8));
    row->addWidget(m_form);
    row->addStretch();
    row->addWidget(copy);
    card->body()->addLayout(row);
    card->body()->addWidget(new Hairline(card));
    card->body()->addWidget(m_text, 1);
    connect(m_form, &Segmented::currentChanged, this, &ReportPane::showText);
    connect(copy, &QPushButton::clicked, m_text, &CodeView::copyAll);
    return card;
}

void ReportPane::showYaml(const QString& yaml)
{
    m_yaml = yaml;
    showText();
}

void ReportPane::showText()
{
    m_text->setLineWrapMode(m_form->current() == 0 ? QPlainTextEdit::NoWrap : QPlainTextEdit::WidgetWidth);
    m_text->setCode(m_form->current() == 0 ? m_yaml : m_command);
}

void ReportPane::showChecking()
{
    m_chip->setState(tr("checking"), StateKind::Neutral);
}

void ReportPane::showReport(const client::EstimatorReport& report)
{
    using Level = client::Check::Level;
    QVector<Check> checks;
    for (std::size_t i = 0; i < report.checks.size(); ++i)
        checks.append({stateOf(report.checks[i].level), QString::fromStdString(report.checks[i].sentence), {}, QString::number(i)});
    m_checks->setChecks(checks);
    m_command = QString::fromStdString(report.commandLine);
    showText();
    const auto wrong = std::count_if(report.checks.begin(), report.checks.end(), [](const auto& check) { return check.level == Level::Error; });
    if (report.canSubmit)
        m_chip->setState(tr("ready"), StateKind::Success);
    else
        m_chip->setState(tr("%n to mend", nullptr, static_cast<int>(wrong)), StateKind::Danger);
}

void ReportPane::showError(const Error& error, const QString& word)
{
    m_chip->setState(word, StateKind::Warning);
    m_notice->showError(QString::fromStdString(error.message), QString::fromStdString(error.detail));
}

void ReportPane::clearError()
{
    m_notice->dismiss();
}

void ReportPane::showSubmitting()
{
    endSubmitting();
    m_notice->dismiss();
    m_progress = new ProgressRow(tr("Submitting"), {}, this);
    m_progress->setObjectName(QStringLiteral("submitProgress"));
    static_cast<QVBoxLayout*>(layout())->insertWidget(0, m_progress);
    connect(m_progress, &ProgressRow::cancelRequested, this, &ReportPane::cancelRequested);
}

void ReportPane::showProgress(const client::SubmitProgress& progress)
{
    if (!m_progress)
        return;
    ProgressRow::Progress shown;
    shown.done = progress.done;
    shown.total = progress.total > 0 ? progress.total : -1;
    m_progress->setProgress(shown);
    m_chip->setState(QString::fromStdString(progress.step), StateKind::Accent);
}

void ReportPane::endSubmitting()
{
    delete m_progress;
    m_progress = nullptr;
}

} // namespace runyard
