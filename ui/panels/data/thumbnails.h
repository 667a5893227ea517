#pragma once

#include "preview.h"

#include <QImage>
#include <QVector>
#include <QWidget>

namespace runyard {

// The first images of a file as a grid, each pixel enlarged without smoothing.
class Thumbnails final : public QWidget {
    Q_OBJECT
public:
    explicit Thumbnails(QWidget* parent = nullptr);

    void show(const Preview& preview);
    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVector<QImage> m_images;
};

} // namespace runyard
