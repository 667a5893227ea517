#include "story.h"

#include "core/hash.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <csignal>
#include <cstdio>

namespace runyard::tour {

namespace {

std::string digestOf(const QString& folder)
{
    QStringList lines;
    for (QDirIterator files(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories); files.hasNext();) {
        const QString file = files.next();
        const auto digest = sha256OfFile(file.toStdString());
        require(digest.has_value(), QStringLiteral("%1 cannot be read").arg(file));
        lines << QString::fromStdString(*digest) + QStringLiteral("  ") + QDir(folder).relativeFilePath(file);
    }
    lines.sort();
    require(!lines.isEmpty(), QStringLiteral("%1 holds no file").arg(folder));
    return sha256Hex(lines.join(QLatin1Char('\n')).toStdString());
}

pid_t servicePid(const QString& dataFolder)
{
    QFile file(dataFolder + QStringLiteral("/service.json"));
    require(file.open(QIODevice::ReadOnly), QStringLiteral("service.json cannot be read"));
    return static_cast<pid_t>(QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("pid")).toInteger());
}

pid_t parentOf(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QString rest = QString::fromUtf8(file.readAll()).section(QLatin1Char(')'), -1);
    return rest.simplified().section(QLatin1Char(' '), 1, 1).toInt();
}

} // namespace

void Story::requireSameBytes(const QString& folder)
{
    const std::string here = digestOf(folder);
    const std::string there = digestOf(runFolder() + QStringLiteral("/work/outputs/model"));
    std::printf("    model: sha256 %s\n", here.substr(0, 16).c_str());
    require(here == there, QStringLiteral("the downloaded model differs from the run's output"));
}

void Story::killService()
{
    step(QStringLiteral("9 Both processes of the service are killed in mid-run"));
    m_driver->click(QStringLiteral("rail_runs"));
    m_driver->activateRow(QStringLiteral("runsTable"), QStringLiteral("tf-mnist"));
    m_driver->click(QStringLiteral("runDuplicate"));
    waitFor(QStringLiteral("the duplicate to be ready"), [this] {
        const auto* button = m_driver->visible<QWidget>(QStringLiteral("estimatorSubmit"));
        return button && button->isEnabled();
    });
    const QString first = m_run;
    m_driver->click(QStringLiteral("estimatorSubmit"));
    const QString line = m_log.expect(QStringLiteral("PUT"), QStringLiteral("/jobs/[A-Za-z0-9_.-]+"), 60);
    m_run = line.section(QStringLiteral("/jobs/"), 1).section(QRegularExpression(QStringLiteral("[? ]")), 0, 0);
    require(m_run != first, QStringLiteral("the duplicate is not a run of its own"));
    waitForPoints(QStringLiteral("training_acc"), 1, 180);
    const pid_t worker = servicePid(m_places.data);
    const pid_t parent = parentOf(worker);
    require(worker > 1 && parent > 1, QStringLiteral("the service's processes are not known"));
    ::kill(worker, SIGKILL);
    require(!QFile::exists(runFolder() + QStringLiteral("/attempts/1/exit.json")), QStringLiteral("the run had ended before its service was killed"));
    linger(1500);
    ::kill(parent, SIGKILL);
    linger(300);
    picture(QStringLiteral("9-service-gone-light"));
    waitFor(QStringLiteral("the second run to complete"), [this] {
        return m_driver->find<StateChip>(QStringLiteral("runState"))->word().contains(QStringLiteral("Completed"));
    }, 300);
    require(points(QStringLiteral("training_acc")) == points(QStringLiteral("validation_acc")), QStringLiteral("metrics of the second run are missing or doubled"));
    requireAccuracy();
    m_log.expect(QStringLiteral("GET"), QStringLiteral("/runs/%1/details").arg(m_run));
    shoot(QStringLiteral("9-survived"));
    m_run = first;
}

} // namespace runyard::tour
