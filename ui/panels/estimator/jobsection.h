#pragma once

#include "api/compute.h"
#include "client/estimator.h"
#include "widgets/card.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace runyard {

class Field;

// Where the run happens and what it is called.
class JobSection final : public Card {
    Q_OBJECT
public:
    explicit JobSection(QWidget* parent = nullptr);

    void setDraft(const client::EstimatorDraft& draft);
    void fill(client::EstimatorDraft& draft) const;
    void showReport(const client::EstimatorReport& report);
    // Merged by name: the choice stays. Chooses one where none is chosen yet.
    void setComputes(const std::vector<api::Compute>& computes);
    void focusOn(client::Check::Field field);

Q_SIGNALS:
    void changed();
    void computeRequested();

private:
    void choose(const QString& name);
    void chosen(int index);
    static QString describe(const api::Compute& compute);

    QComboBox* m_compute;
    QLineEdit* m_experiment;
    QLineEdit* m_displayName;
    QSpinBox* m_timeout;
    Field* m_computeField;
    Field* m_experimentField;
    QString m_chosen;
};

} // namespace runyard
