#pragma once

#include "bridge/calls.h"
#include "bridge/feed.h"
#include "client/runs.h"
#include "filetreemodel.h"

#include <QWidget>

class QStackedLayout;
class QTreeView;

namespace runyard {

class Button;
class CodeView;
class ElidedLabel;
class FourFaces;
class Notice;
class ProgressRow;

// Files of a run as a tree with a preview: what it put out, or the snapshot of its source folder.
class FilesTab final : public QWidget {
    Q_OBJECT
public:
    enum class Of { Artifacts, Snapshot };

    FilesTab(Bridge& bridge, client::Runs& runs, Of of, QWidget* parent = nullptr);

    void open(const QString& id);
    void reload();
    const FileTreeModel& files() const { return m_files; }

Q_SIGNALS:
    void loaded();  // the tree is up to date
    void registerRequested(QString folder);

private:
    QWidget* makeTree();
    QWidget* makePreview();
    void connectParts();
    void showFiles(Result<std::vector<api::Blob>> blobs);
    void expandFirst();
    void preview();
    void showPreview(const QString& path, Result<std::string> content);
    void download();
    void downloadTo(const QString& folder);
    void endDownload(const QString& folder, Result<> end);

    client::Runs& m_runs;
    Of m_of;
    QString m_id;
    FileTreeModel m_files;
    QTreeView* m_tree;
    FourFaces* m_faces;
    ElidedLabel* m_name;
    CodeView* m_text;
    QStackedLayout* m_previewStack = nullptr;
    Notice* m_notice;
    ProgressRow* m_progress = nullptr;
    Button* m_download;
    Button* m_register;
    Calls m_calls;
    Calls m_previews;
    Feed<client::TransferProgress> m_transfer;
};

} // namespace runyard
