#pragma once

#include "api/compute.h"
#include "bridge/calls.h"
#include "client/computes.h"
#include "widgets/card.h"

#include <vector>

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace runyard {

class Button;
class Field;
class LoadingBar;
class Notice;

// Finds or creates a cluster, or changes the limits of one. What is wrong is said while it is typed.
class ComputeForm final : public Card {
    Q_OBJECT
public:
    ComputeForm(Bridge& bridge, client::Computes& computes, QWidget* parent = nullptr);

    void openNew();
    void openFor(const api::Compute& compute);
    void setKnown(std::vector<api::Compute> computes);  // to say that a name is taken before it is sent

Q_SIGNALS:
    void saved(const QString& name);

private:
    void build();
    QWidget* makeNodes();
    void loadSizes();
    bool check();
    api::Compute wanted() const;
    void submit();
    void answered(const Result<api::Compute>& compute);

    client::Computes& m_computes;
    std::vector<api::Compute> m_known;
    std::vector<api::VmSize> m_sizes;
    bool m_isNew = true;
    QLineEdit* m_name;
    QComboBox* m_size;
    QSpinBox* m_least;
    QSpinBox* m_most;
    QSpinBox* m_idle;
    Field* m_nameField;
    Field* m_sizeField;
    Field* m_nodesField;
    Field* m_idleField;
    LoadingBar* m_bar;
    Notice* m_notice;
    Button* m_create;
    Calls m_sizeCalls;
    Calls m_calls;
};

} // namespace runyard
