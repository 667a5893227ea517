#pragma once

#include <QRandomGenerator>
#include <QString>

#include <cstdio>

namespace runyard {

// How often a kill test kills: $RUNYARD_KILLS, else 20.
inline int killCount()
{
    const int count = qEnvironmentVariableIntValue("RUNYARD_KILLS");
    return count > 0 ? count : 20;
}

// Random moments that can be had again: prints its seed, takes $RUNYARD_SEED.
inline QRandomGenerator seeded(const char* test)
{
    const auto given = qEnvironmentVariable("RUNYARD_SEED");
    const quint32 seed = given.isEmpty() ? QRandomGenerator::global()->generate() : given.toUInt();
    std::printf("%s: RUNYARD_SEED=%u\n", test, seed);
    return QRandomGenerator(seed);
}

// A training script for kill tests. Three writers print "NAME 1", "NAME 2" … as single writes: the main process, a child that left its
// session and its family, and one that also cleared its environment. Each notes in the file NAME how many lines it has certainly written.
// With `lines` they end after so many, the main process with exit code 7; the file "starts" gets a line per start.
inline const char* chattyScript = R"(
import os, sys, time
lines = int(sys.argv[1])
def talk(name, first=1):
    done = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
    i = first
    while lines == 0 or i <= lines:
        os.write(1, b'%s %d\n' % (name.encode(), i))
        os.pwrite(done, b'%10d' % i, 0)
        i += 1
        time.sleep(0.003)
if len(sys.argv) > 2:
    talk(sys.argv[2])
    sys.exit(0)
with open('starts', 'a') as starts: starts.write('start\n')
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: talk('stray')
    os._exit(0)
if os.fork() == 0:
    os.execve(sys.executable, [sys.executable, '-c', os.environ['SCRIPT'], str(lines), 'bare'], {})
talk('main')
for i in range(1000 if lines else 0):
    try:
        if all(int(open(name).read() or 0) == lines for name in ('stray', 'bare')): break
    except OSError: pass
    time.sleep(0.01)
sys.exit(7)
)";

} // namespace runyard
