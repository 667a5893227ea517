#pragma once

#include "bridge/feed.h"
#include "client/runs.h"
#include "runfilter.h"
#include "runmodel.h"
#include "widgets/page.h"

class QTableView;

namespace runyard {

class FourFaces;
class SearchField;
class Segmented;
class TintedLabel;

// The runs of the workspace, kept up to date by themselves.
class RunsPanel final : public Page {
    Q_OBJECT
public:
    RunsPanel(Bridge& bridge, client::Runs& runs, QWidget* parent = nullptr);

    const RunModel& runs() const { return m_model; }

public Q_SLOTS:
    void reload();

Q_SIGNALS:
    void runActivated(QString id);
    void newRunRequested();
    void countChanged(int runs);  // for the rail

private:
    void build();
    void buildTable();
    void connectParts();
    void take(std::vector<std::vector<api::RunSummary>> lists);
    void refresh();
    void activate(const QModelIndex& index);

    client::Runs& m_service;
    RunModel m_model;
    RunFilter m_filter;
    QTableView* m_table;
    FourFaces* m_faces = nullptr;
    SearchField* m_search;
    Segmented* m_states;
    TintedLabel* m_count;
    Feed<std::vector<api::RunSummary>> m_feed;
};

} // namespace runyard
