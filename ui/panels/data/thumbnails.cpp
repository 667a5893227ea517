#include "thumbnails.h"

#include "theme/metrics.h"
#include "theme/tokens.h"

#include <QPainter>

#include <algorithm>

namespace runyard {

static constexpr int columns = 8;
static constexpr int gap = 3;

Thumbnails::Thumbnails(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setAccessibleName(tr("First images of the file"));
    setObjectName(QStringLiteral("thumbnails"));
}

void Thumbnails::show(const Preview& preview)
{
    m_images.clear();
    for (const auto& pixels : preview.images) {
        QImage image(preview.width, preview.height, QImage::Format_Grayscale8);
        for (int y = 0; y < preview.height; ++y)
            std::copy_n(pixels.data() + static_cast<std::ptrdiff_t>(y) * preview.width, preview.width, image.scanLine(y));
        m_images.append(image);
    }
    setVisible(!m_images.isEmpty());
    updateGeometry();
    update();
}

QSize Thumbnails::sizeHint() const
{
    return {px(260), heightForWidth(px(260))};
}

int Thumbnails::heightForWidth(int width) const
{
    const int rows = (static_cast<int>(m_images.size()) + columns - 1) / columns;
    return rows * (width + gap) / columns;
}

void Thumbnails::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const int side = (width() - gap * (columns - 1)) / columns;
    for (int at = 0; at < m_images.size(); ++at) {
        const QRect cell(at % columns * (side + gap), at / columns * (side + gap), side, side);
        painter.drawImage(cell, m_images[at]);
    }
}

} // namespace runyard
