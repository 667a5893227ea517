#pragma once

#include "bridge/calls.h"
#include "client/models.h"
#include "models/modelmodels.h"
#include "widgets/page.h"

class QTableView;

namespace runyard {

class Card;
class DownloadForm;
class FourFaces;
class KeyValueList;
class Notice;

// Registered models, their versions with the run they came from, and the way to hold the files.
class ModelsPanel final : public Page {
    Q_OBJECT
public:
    ModelsPanel(Bridge& bridge, client::Models& models, QWidget* parent = nullptr);

    // Selects the model and its newest version, after looking again.
    void choose(const QString& name);

Q_SIGNALS:
    void countChanged(int count);
    void runActivated(const QString& id);
    void transfersChanged(int running, double bytesPerSecond);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    Card* makeList();
    Card* makeVersions();
    Card* makeOrigin();
    void connectParts();
    void load();
    void fill(Result<std::vector<api::ModelContainer>> models);
    void loadVersions();
    void fillVersions(Result<std::vector<api::ModelVersion>> versions);
    void showVersion();
    const api::ModelVersion* chosenVersion() const;

    client::Models& m_models;
    ModelListModel m_list;
    ModelVersionModel m_versionModel;
    QString m_wanted;    // to be selected once it is there
    std::string m_shown; // whose versions are in the table
    QTableView* m_table;
    QTableView* m_versions;
    FourFaces* m_faces;
    QWidget* m_right;
    Card* m_versionCard;
    Notice* m_notice;
    KeyValueList* m_origin;
    DownloadForm* m_download;
    Calls m_versionCalls;
    Calls m_calls;
};

} // namespace runyard
