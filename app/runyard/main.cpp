#include "desktop.h"
#include "readyreport.h"
#include "window/singleinstance.h"

#include <QApplication>
#include <QCommandLineParser>

#include <csignal>

namespace {

using namespace runyard;

struct Options {
    QString dataFolder;
    QString page;
    QString scheme;
    ReadyReport::Wanted reports = ReadyReport::Wanted::No;
};

Options readCommandLine(const QApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QObject::tr("Train, watch and register TensorFlow models."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({QStringLiteral("data"), QObject::tr("Folder of the local workspace."), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("page"), QObject::tr("Page to show: home, data, compute, runs, newrun, models, connect, settings."), QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("scheme"), QObject::tr("Colours of this start: light or dark."), QStringLiteral("NAME")});
    QCommandLineOption report(QStringLiteral("report-ready"), QObject::tr("Print “ready” once the window can be used; for measurements."));
    report.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOption(report);
    parser.process(application);
    const QString folder = parser.value(QStringLiteral("data"));
    return {folder.isEmpty() ? QString::fromStdString(defaultDataFolder().string()) : folder, parser.value(QStringLiteral("page")), parser.value(QStringLiteral("scheme")),
        parser.isSet(report) ? ReadyReport::Wanted::Yes : ReadyReport::Wanted::No};
}

SchemeSetting schemeOf(const Options& options, SchemeSetting kept)
{
    if (options.scheme == QLatin1String("light"))
        return SchemeSetting::Light;
    return options.scheme == QLatin1String("dark") ? SchemeSetting::Dark : kept;
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("runyard"));
    QApplication::setApplicationDisplayName(QStringLiteral("Runyard"));
    QApplication::setApplicationVersion(QStringLiteral(RUNYARD_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("runyard"));
    const Options options = readCommandLine(application);

    SingleInstance instance(options.dataFolder);
    if (instance.raiseOther(options.page))
        return 0;
    instance.listen();

    const Settings settings = Settings::load(Settings::defaultFile());
    Desktop desktop(options.dataFolder.toStdString(), schemeOf(options, settings.scheme), settings, Settings::defaultFile());
    QObject::connect(&instance, &SingleInstance::raised, &desktop.window, &MainWindow::comeForward);
    ReadyReport report(options.reports, desktop.window);
    desktop.window.show();
    if (!options.page.isEmpty())
        desktop.window.go(placeNamed(options.page));
    return application.exec();
}
