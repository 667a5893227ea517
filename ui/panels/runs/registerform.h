#pragma once

#include "bridge/calls.h"
#include "client/models.h"
#include "widgets/card.h"

class QComboBox;
class QLineEdit;

namespace runyard {

class Button;
class Field;
class Notice;

// Registers a folder of a run's outputs as the next version of a model.
class RegisterForm final : public Card {
    Q_OBJECT
public:
    RegisterForm(Bridge& bridge, client::Models& models, QWidget* parent = nullptr);

    void open(const QString& runId, const QString& suggestedName, const QStringList& folders, const QString& folder);

Q_SIGNALS:
    void registered(QString name, QString version);

private:
    void build();
    void validate();
    void send();
    void ended(Result<api::ModelVersion> version);

    client::Models& m_models;
    QString m_runId;
    QLineEdit* m_name;
    QComboBox* m_path;
    QLineEdit* m_description;
    Field* m_nameField;
    Field* m_pathField;
    Button* m_confirm;
    Notice* m_notice;
    Calls m_calls;
};

} // namespace runyard
