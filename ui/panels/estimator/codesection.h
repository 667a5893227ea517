#pragma once

#include "client/estimator.h"
#include "widgets/card.h"

class QComboBox;
class QLineEdit;

namespace runyard {

class Field;

// Where the code is: the source folder that is copied at submission, and the script in it that is started.
class CodeSection final : public Card {
    Q_OBJECT
public:
    explicit CodeSection(QWidget* parent = nullptr);

    void setDraft(const client::EstimatorDraft& draft);
    void fill(client::EstimatorDraft& draft) const;
    void showReport(const client::EstimatorReport& report);
    void focusOn(client::Check::Field field);

Q_SIGNALS:
    void changed();

private:
    void browse();
    void offerScripts(const std::vector<std::string>& scripts);

    QLineEdit* m_folder;
    QComboBox* m_script;
    Field* m_folderField;
    Field* m_scriptField;
};

} // namespace runyard
