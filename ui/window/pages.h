#pragma once

#include "bridge/calls.h"
#include "client/client.h"
#include "place.h"

#include <QMap>
#include <QStackedWidget>

namespace runyard {

class ComputesPanel;
class DataPanel;
class EstimatorPanel;
class HomePanel;
class ModelsPanel;
class RunPanel;
class RunsPanel;
class SettingsPage;
class Theme;

// The pages of the window, each made when it is first shown, and what they say to each other.
class Pages final : public QStackedWidget {
    Q_OBJECT
public:
    Pages(Bridge& bridge, client::Client& client, Theme& theme, QWidget* parent = nullptr);

    HomePanel& home() const { return *m_home; }
    SettingsPage& settings();
    void show(Place place);
    void openRun(const QString& id);
    void openModel(const QString& name);
    int transfers() const;  // under way

Q_SIGNALS:
    void placeWanted(Place place);
    void runWanted(const QString& id);
    void countChanged(Place place, int count);
    void transfersChanged(int count, double bytesPerSecond);
    void modelRegistered();

private:
    QWidget* page(Place place);
    QWidget* make(Place place);
    DataPanel* makeData();
    ComputesPanel* makeComputes();
    ModelsPanel* makeModels();
    QWidget* makeRuns();
    QWidget* makeRun();
    QWidget* makeEstimator();
    void duplicate(const QString& id);
    void noteTransfers(const QObject* panel, int count, double rate);

    Bridge& m_bridge;
    client::Client& m_client;
    Theme& m_theme;
    QMap<Place, QWidget*> m_pages;
    QMap<const QObject*, std::pair<int, double>> m_transfers;
    HomePanel* m_home;
    QString m_newModel;  // registered meanwhile; chosen when the models are shown next
    Calls m_calls;
};

} // namespace runyard
