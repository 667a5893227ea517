// Drives the real window through the whole workflow on real input.
// Usage: tour DATA PICTURES IMAGES MODELS [visit]
#include "story.h"

#include <QApplication>

#include <csignal>
#include <cstdio>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("runyard"));
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 5) {
        std::fprintf(stderr, "usage: tour DATA PICTURES IMAGES MODELS [visit]\n");
        return 2;
    }
    runyard::tour::Story story(runyard::tour::Places{arguments[1], arguments[2], arguments[3], arguments[4]});
    try {
        if (arguments.value(5) == QLatin1String("visit"))
            story.visit();
        else
            story.all();
    } catch (const runyard::tour::Fault& fault) {
        std::printf("FAILED: %s\n", fault.what());
        return 1;
    }
    return 0;
}
