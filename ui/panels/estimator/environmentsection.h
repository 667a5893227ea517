#pragma once

#include "client/estimator.h"
#include "widgets/card.h"

class QComboBox;
class QLineEdit;

namespace runyard {

class Field;
class Segmented;
class StateChip;

// What the Python environment of the run is made from.
class EnvironmentSection final : public Card {
    Q_OBJECT
public:
    explicit EnvironmentSection(QWidget* parent = nullptr);

    void setDraft(const client::EstimatorDraft& draft);
    void fill(client::EstimatorDraft& draft) const;
    void showReport(const client::EstimatorReport& report);
    void focusOn(client::Check::Field field);

Q_SIGNALS:
    void changed();

private:
    QString m_pythonVersion;
    QComboBox* m_version;
    QLineEdit* m_packages;
    Segmented* m_device;
    Field* m_versionField;
    Field* m_packagesField;
    StateChip* m_built;
};

} // namespace runyard
