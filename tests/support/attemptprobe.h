#pragma once

#include <QByteArray>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <QTest>

#include <signal.h>

namespace runyard {

inline QString shimProgram() { return qEnvironmentVariable("RUNYARD_BIN", QCoreApplication::applicationDirPath()) + "/runyard-shim"; }

inline QByteArray contentOf(const QString& file)
{
    QFile opened(file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

inline QJsonObject jsonOf(const QString& file) { return QJsonDocument::fromJson(contentOf(file)).object(); }

// Pids of living processes whose environment holds NAME=value.
inline QList<int> processesWith(const QByteArray& marker)
{
    QList<int> found;
    for (const QString& name : QDir("/proc").entryList(QDir::Dirs)) {
        const int pid = name.toInt();
        if (pid <= 0 || !('\0' + contentOf("/proc/" + name + "/environ")).contains('\0' + marker + '\0'))
            continue;
        const QByteArray stat = contentOf("/proc/" + name + "/stat");
        if (!stat.isEmpty() && stat.mid(stat.lastIndexOf(')') + 2, 1) != "Z")
            found << pid;
    }
    return found;
}

// What is still running of the first attempt of a run. By its folder: other tests of this machine may name their runs alike.
inline QList<int> leftoversOf(const QString& runFolder) { return processesWith("RUNYARD_ATTEMPT=" + runFolder.toUtf8() + "/attempts/1"); }

inline bool isAlive(int pid)
{
    const QByteArray stat = contentOf(QString("/proc/%1/stat").arg(pid));
    return !stat.isEmpty() && stat.mid(stat.lastIndexOf(')') + 2, 1) != "Z";
}

// How many of the lines "<prefix> 1" … "<prefix> N" are missing or doubled, where N is at least `written`. Prints what is wrong.
struct Lines {
    int seen = 0, lost = 0, doubled = 0, torn = 0;
};

inline Lines countLines(const QByteArray& log, const QByteArray& prefix, int written)
{
    Lines lines;
    QMap<int, int> times;
    const auto all = log.split('\n');
    for (qsizetype i = 0; i < all.size(); ++i) {
        if (!all[i].startsWith(prefix + ' '))
            continue;
        bool isNumber = false;
        const int number = all[i].mid(prefix.size() + 1).toInt(&isNumber);
        if (!isNumber || i == all.size() - 1)
            ++lines.torn;  // no newline follows the last piece
        else
            ++times[number];
    }
    const int last = qMax(written, times.isEmpty() ? 0 : times.lastKey());
    for (int number = 1; number <= last; ++number) {
        const int count = times.value(number);
        lines.seen += count > 0;
        lines.lost += count == 0;
        lines.doubled += count > 1;
    }
    return lines;
}

} // namespace runyard
