#include "blobview.h"

#include "models/blobtree.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"
#include "widgets/statedelegate.h"
#include "widgets/valuedelegates.h"
#include "widgets/views.h"

#include <QDropEvent>
#include <QHeaderView>
#include <QMimeData>
#include <QPainter>

namespace runyard {

BlobView::BlobView(QWidget* parent) : QTreeView(parent)
{
    setObjectName(QStringLiteral("dataTree"));
    dress(this);
    setAcceptDrops(true);
    setDropIndicatorShown(false);
    setDragDropMode(QAbstractItemView::DropOnly);
    setItemDelegateForColumn(BlobTree::Size, new BytesDelegate(this));
    setItemDelegateForColumn(BlobTree::Modified, new MomentDelegate(this));
    setItemDelegateForColumn(BlobTree::State, new StateDelegate(this));
}

static bool hasFiles(const QDropEvent& event)
{
    const auto urls = event.mimeData()->urls();
    return std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); });
}

void BlobView::setTargeted(bool targeted)
{
    m_isTargeted = targeted;
    viewport()->update();
}

void BlobView::dragEnterEvent(QDragEnterEvent* event)
{
    if (!hasFiles(*event))
        return;
    setTargeted(true);
    event->acceptProposedAction();
}

void BlobView::dragMoveEvent(QDragMoveEvent* event)
{
    event->setAccepted(hasFiles(*event));
}

void BlobView::dragLeaveEvent(QDragLeaveEvent*)
{
    setTargeted(false);
}

void BlobView::dropEvent(QDropEvent* event)
{
    setTargeted(false);
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile())
            paths.append(url.toLocalFile());
    }
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    Q_EMIT dropped(paths, indexAt(event->position().toPoint()));
}

void BlobView::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (!m_isTargeted)
        return;
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = color(Token::WeakAccent);
    veil.setAlpha(210);
    painter.fillRect(viewport()->rect(), veil);
    painter.setPen(QPen(color(Token::Accent), 1, Qt::DashLine));
    painter.drawRoundedRect(QRectF(viewport()->rect()).adjusted(1.5, 1.5, -1.5, -1.5), px(metrics::radiusCard), px(metrics::radiusCard));
    painter.setFont(roleFont(TextRole::Heading));
    painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("Drop files or folders to upload them here"));
}

} // namespace runyard
