#include "transferrow.h"

#include "widgets/button.h"
#include "widgets/format.h"
#include "widgets/notice.h"
#include "widgets/progressrow.h"

#include <QVBoxLayout>

namespace runyard {

TransferRow::TransferRow(Bridge& bridge, const QString& name, const QString& detail, Make make, QWidget* parent)
    : QWidget(parent), m_make(std::move(make)), m_row(new ProgressRow(name, detail, this)), m_notice(new Notice(this)), m_feed(bridge)
{
    m_notice->setDismissable(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_row);
    column->addWidget(m_notice);
    for (Button* button : m_row->findChildren<Button*>())
        button->setObjectName(button->text().isEmpty() ? QStringLiteral("transferAction") : QStringLiteral("transferCancel"));
    connect(m_row, &ProgressRow::cancelRequested, this, &TransferRow::cancel);
    connect(m_notice, &Notice::tryAgain, this, &TransferRow::start);
}

void TransferRow::setSeparated(bool separated)
{
    m_row->setSeparated(separated);
}

void TransferRow::start()
{
    m_isRunning = true;
    m_last = {};
    m_meter = {};
    m_clock.start();
    m_notice->dismiss();
    m_row->setRunning();
    m_row->setProgress({});
    m_feed.start(m_make, [this](std::vector<client::TransferProgress> steps) { show(steps.back()); }, [this](Result<> result) { end(result); });
    Q_EMIT changed();
}

void TransferRow::show(const client::TransferProgress& progress)
{
    m_last = progress;
    m_meter.add(progress.done, m_clock.elapsed());
    m_row->setProgress({progress.done, progress.total, m_meter.rate(), progress.filesDone, progress.files});
    if (!progress.current.empty())
        m_row->setToolTip(QString::fromStdString(progress.current));
    Q_EMIT changed();
}

void TransferRow::end(const Result<>& result)
{
    m_isRunning = false;
    const int moved = m_last.filesDone - m_last.filesSkipped;
    if (!result) {
        m_row->setEnded(StateKind::Danger, tr("failed"));
        m_notice->showError(QString::fromStdString(result.error().message), QString::fromStdString(result.error().detail));
    } else if (m_last.filesSkipped > 0) {
        m_row->setEnded(StateKind::Success, tr("%1 verified, %2 there already").arg(moved).arg(m_last.filesSkipped));
    } else {
        m_row->setEnded(StateKind::Success, m_last.files == 1 ? tr("done, 1 file verified") : tr("done, %1 files verified").arg(m_last.files));
    }
    if (result && !m_last.notes.empty())
        sayWhatWasLeftOut();
    Q_EMIT changed();
    Q_EMIT ended();
}

void TransferRow::sayWhatWasLeftOut()
{
    const auto& notes = m_last.notes;
    const QString first = QString::fromStdString(notes.front());
    QStringList all;
    for (const std::string& note : notes)
        all.append(QString::fromStdString(note));
    const QString sentence = notes.size() == 1 ? first : tr("%1 And %2 more.").arg(first).arg(notes.size() - 1);
    m_notice->show(StateKind::Warning, sentence, notes.size() == 1 ? QString() : all.join(QLatin1Char('\n')));
}

void TransferRow::cancel()
{
    m_feed.stop();
    m_isRunning = false;
    m_row->setEnded(StateKind::Neutral, m_last.filesDone > 0 ? tr("canceled after %1 of %2 files").arg(m_last.filesDone).arg(m_last.files) : tr("canceled"));
    Q_EMIT changed();
    Q_EMIT ended();
}

} // namespace runyard
