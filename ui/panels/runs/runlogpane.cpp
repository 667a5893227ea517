#include "runlogpane.h"

#include "models/logstore.h"
#include "runlogs.h"
#include "theme/metrics.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QSignalBlocker>
#include <QStandardPaths>

namespace runyard {

RunLogPane::RunLogPane(RunLogs* logs, QWidget* parent) : LogPane(parent), m_logs(logs), m_files(new QComboBox)
{
    m_files->setObjectName(QStringLiteral("logFile"));
    m_files->setAccessibleName(tr("Log file"));
    m_files->setMinimumWidth(px(180));
    m_files->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    addLeading(m_files);
    connect(logs, &RunLogs::added, this, &RunLogPane::refill);
    connect(logs, &RunLogs::cleared, this, &RunLogPane::release);
    connect(logs, &RunLogs::grew, this, [this] {
        if (!m_isChosen)
            turnTo(m_logs->interesting());
    });
    connect(m_files, &QComboBox::activated, this, [this] {
        m_isChosen = true;
        turnTo(m_files->currentData().toString());
    });
    connect(this, &LogPane::saveRequested, this, &RunLogPane::save);
}

void RunLogPane::refill()
{
    const QSignalBlocker quiet(m_files);
    m_files->clear();
    for (const QString& file : m_logs->files())
        m_files->addItem(file, file);
    m_files->setCurrentIndex(m_files->findData(m_file));
}

void RunLogPane::turnTo(const QString& file)
{
    if (file == m_file)
        return;
    m_file = file;
    m_files->setCurrentIndex(m_files->findData(file));
    setSource(m_logs->store(file));
    view()->setFollow(true);
}

void RunLogPane::release()
{
    setSource(nullptr);
    m_files->clear();
    m_file.clear();
    m_isChosen = false;
}

void RunLogPane::save()
{
    const LogStore* known = m_logs->store(m_file);
    if (!known)
        return;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::DownloadLocation);
    auto* dialog = new QFileDialog(this, tr("Save the log"), folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(QFileInfo(m_file).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this, name = m_file](const QString& target) {
        if (LogStore* store = m_logs->store(name))
            store->saveTo(target);
    });
    dialog->open();
}

} // namespace runyard
