#pragma once

#include "bridge/calls.h"
#include "client/computes.h"
#include "models/computemodel.h"
#include "widgets/page.h"

#include <QTimer>

class QTableView;

namespace runyard {

class Card;
class ComputeForm;
class FourFaces;
class Notice;

// Compute targets with their nodes; find or create, change, delete. Looks again every two seconds while it is shown.
class ComputesPanel final : public Page {
    Q_OBJECT
public:
    ComputesPanel(Bridge& bridge, client::Computes& computes, QWidget* parent = nullptr);

Q_SIGNALS:
    void countChanged(int count);
    void runActivated(const QString& id);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    Card* makeList();
    Card* makeNodes();
    void connectParts();
    void load();
    void fill(Result<std::vector<api::Compute>> computes);
    void showChosen();
    void loadNodes();
    const api::Compute* chosen() const;
    void askToRemove();
    void remove();

    client::Computes& m_computes;
    ComputeModel m_model;
    NodeModel m_nodeModel;
    QString m_toSelect;
    std::string m_shown;  // whose nodes are in the list
    std::string m_doomed;
    QTableView* m_table;
    QTableView* m_nodes;
    FourFaces* m_faces;
    Notice* m_notice;
    Card* m_nodeCard;
    ComputeForm* m_form;
    QWidget* m_actions;
    QTimer m_timer;
    Calls m_removals;
    Calls m_nodeCalls;
    Calls m_calls;
};

} // namespace runyard
