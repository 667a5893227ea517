#pragma once

#include "bridge/bridge.h"
#include "client/client.h"
#include "core/files.h"
#include "core/servicethread.h"
#include "http/client.h"
#include "theme/theme.h"
#include "window/mainwindow.h"
#include "window/settings.h"

namespace runyard {

// The desktop, put together. The order is the point: what is declared later may use what is declared earlier, and goes before it.
struct Desktop {
    Desktop(const std::filesystem::path& dataFolder, SchemeSetting scheme, const Settings& settings, const QString& settingsFile)
        : theme(scheme, settings.scale), client(transport, dataFolder, binaryFolder() / "runyardd"), window(bridge, client, theme, settings, settingsFile) {}

    Theme theme;
    asio::io_context context{1};
    http::Client transport{context};
    client::Client client;
    Bridge bridge{context};
    ServiceThread thread{context};
    MainWindow window;
};

} // namespace runyard
