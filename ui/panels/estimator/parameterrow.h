#pragma once

#include "client/estimator.h"

#include <QWidget>

class QComboBox;
class QGridLayout;
class QLineEdit;

namespace runyard {

class Button;
class TintedLabel;

// One script parameter: its name, its value, and what the value is.
class ParameterRow final : public QWidget {
    Q_OBJECT
public:
    explicit ParameterRow(const client::ScriptParameter& parameter, QWidget* parent = nullptr);

    client::ScriptParameter parameter() const;
    void setPath(const QString& datastore, const QString& path);
    void setNumber(int number);  // gives the editors their object names
    void showOption(const client::ScriptOption* option);
    void showCheck(const client::Check* check);
    void focusValue();
    static void arrange(QGridLayout* grid);  // the columns of all rows and of their titles

Q_SIGNALS:
    void changed();
    void browseRequested();
    void removeRequested();

private:
    void build();
    void adapt();
    bool isData() const;

    QString m_datastore;
    QLineEdit* m_name;
    QLineEdit* m_value;
    QComboBox* m_kind;
    Button* m_browse;
    Button* m_remove;
    TintedLabel* m_line;
};

} // namespace runyard
