#pragma once

#include "client/estimator.h"
#include "widgets/card.h"

#include <vector>

class QVBoxLayout;

namespace runyard {

class Button;
class ParameterRow;
class TintedLabel;

// The script parameters in the order of the command line.
class ParameterSection final : public Card {
    Q_OBJECT
public:
    explicit ParameterSection(QWidget* parent = nullptr);

    void setDraft(const client::EstimatorDraft& draft);
    void fill(client::EstimatorDraft& draft) const;
    void showReport(const client::EstimatorReport& report);
    void focusRow(int row);
    void useData(const QString& datastore, const QString& path);  // as the first input
    int count() const { return static_cast<int>(m_rows.size()); }

Q_SIGNALS:
    void changed();
    void browseRequested(ParameterRow* row);

private:
    QWidget* columnTitles();
    ParameterRow* add(const client::ScriptParameter& parameter);
    void remove(ParameterRow* row);
    void addMissing();
    void number();
    std::vector<client::ScriptOption> missing() const;
    void refreshOffer();

    std::vector<client::ScriptOption> m_options;  // what the script declares
    std::vector<ParameterRow*> m_rows;
    QVBoxLayout* m_list;
    TintedLabel* m_source;
    TintedLabel* m_wrong;
    Button* m_offer;
};

} // namespace runyard
