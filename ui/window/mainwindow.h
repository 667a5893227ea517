#pragma once

#include "bridge/calls.h"
#include "client/client.h"
#include "place.h"
#include "settings.h"
#include "workspacewatch.h"

#include <QWidget>

namespace runyard {

class CommandPalette;
class Pages;
class Rail;
class StatusLine;
class TopBar;
struct PaletteEntry;

// The frame: top bar, rail, pages, status line; keys and the command palette. What pages do is theirs.
class MainWindow final : public QWidget {
    Q_OBJECT
public:
    MainWindow(Bridge& bridge, client::Client& client, Theme& theme, Settings settings, QString settingsFile);
    ~MainWindow() override;

    // Opens the workspace first where the place needs it.
    void go(Place place);
    void openRun(const QString& id);
    // To the front, for a second start of the program.
    void comeForward(const QString& page);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    void connectParts();
    void addKeys();
    void key(const QKeySequence& keys, std::function<void()> action);
    void showState();
    void showRuns();
    void whenOpened();
    void loadCounts();
    void openPalette();
    std::vector<PaletteEntry> commands();
    void openWorkspaceMenu(const QPoint& at);
    void togglePin(const QString& id);
    void zoom(double scale);
    void resizeParts();
    bool mayStopTransfers();
    void save();

    client::Client& m_client;
    Theme& m_theme;
    Settings m_settings;
    QString m_settingsFile;
    WorkspaceWatch m_watch;
    TopBar* m_topBar;
    Rail* m_rail;
    Pages* m_pages;
    StatusLine* m_status;
    CommandPalette* m_palette;
    Place m_place = Place::Home;
    Place m_wanted = Place::Home;
    QString m_run;
    std::vector<api::ModelContainer> m_models;
    Calls m_modelCalls;
    Calls m_countCalls;
};

} // namespace runyard
