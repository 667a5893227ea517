#include "bridge/bridge.h"
#include "client/client.h"
#include "core/files.h"
#include "core/servicethread.h"
#include "http/client.h"
#include "theme/theme.h"
#include "window/mainwindow.h"
#include "window/settings.h"
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
};

Options readCommandLine(const QApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QObject::tr("Train, watch and register TensorFlow models."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({QStringLiteral("data"), QObject::tr("Folder of the local workspace."), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("page"), QObject::tr("Page to show: home, data, compute, runs, newrun, models, settings."), QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("scheme"), QObject::tr("Colours of this start: light or dark."), QStringLiteral("NAME")});
    parser.process(application);
    const QString folder = parser.value(QStringLiteral("data"));
    return {folder.isEmpty() ? QString::fromStdString(defaultDataFolder().string()) : folder, parser.value(QStringLiteral("page")), parser.value(QStringLiteral("scheme"))};
}

SchemeSetting schemeOf(const Options& options, SchemeSetting kept)
{
    if (options.scheme == QLatin1String("light"))
        return SchemeSetting::Light;
    return options.scheme == QLatin1String("dark") ? SchemeSetting::Dark : kept;
}

} // namespace

// The order is the point: what is declared later may use what is declared earlier.
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
    Theme theme(schemeOf(options, settings.scheme), settings.scale);
    asio::io_context context(1);
    http::Client transport(context);
    client::Client client(transport, options.dataFolder.toStdString(), binaryFolder() / "runyardd");
    Bridge bridge(context);
    ServiceThread thread(context);
    MainWindow window(bridge, client, theme, settings, Settings::defaultFile());
    QObject::connect(&instance, &SingleInstance::raised, &window, &MainWindow::comeForward);
    window.show();
    if (!options.page.isEmpty())
        window.go(placeNamed(options.page));
    return application.exec();
}
