#pragma once

#include <QTreeView>

namespace runyard {

// The tree of a datastore's files, onto which files and folders of this computer can be dropped.
class BlobView final : public QTreeView {
    Q_OBJECT
public:
    explicit BlobView(QWidget* parent = nullptr);

Q_SIGNALS:
    void dropped(const QStringList& paths, const QModelIndex& onto);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void setTargeted(bool targeted);

    bool m_isTargeted = false;
};

} // namespace runyard
