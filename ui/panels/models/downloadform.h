#pragma once

#include "api/model.h"
#include "bridge/feed.h"
#include "client/models.h"
#include "models/ratemeter.h"
#include "widgets/card.h"

#include <QElapsedTimer>

class QCheckBox;
class QLineEdit;

namespace runyard {

class Button;
class Field;
class Notice;
class ProgressRow;

// Downloads a version of a model into a folder of this computer: where to, whether to replace, progress, Cancel.
class DownloadForm final : public Card {
    Q_OBJECT
public:
    DownloadForm(Bridge& bridge, client::Models& models, QWidget* parent = nullptr);

    void offer(const api::ModelVersion& version);
    bool offers(const api::ModelVersion& version) const { return m_version.name == version.name && m_version.version == version.version; }
    bool isRunning() const { return m_isRunning; }
    double rate() const { return m_isRunning ? m_meter.rate() : 0; }

Q_SIGNALS:
    void changed();

private:
    void build();
    Field* makeFolder();
    void start();
    void show(const client::TransferProgress& progress);
    void end(const Result<>& result);
    void cancel();
    QString folder() const;

    client::Models& m_models;
    api::ModelVersion m_version;
    QString m_parent;     // remembered from the last choice
    QString m_target;     // of the download under way
    QLineEdit* m_folder;
    QCheckBox* m_replace;
    Field* m_field;
    ProgressRow* m_row;
    Notice* m_notice;
    Button* m_start;
    client::TransferProgress m_last;
    RateMeter m_meter;
    QElapsedTimer m_clock;
    bool m_isRunning = false;
    Feed<client::TransferProgress> m_feed;
};

} // namespace runyard
