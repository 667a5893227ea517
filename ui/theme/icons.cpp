#include "icons.h"

#include <QDir>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPaintDevice>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>

static void initResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace runyard {

namespace {

QString pathOf(const QString& name)
{
    static const bool ready = [] { initResources(); return true; }();
    Q_UNUSED(ready);
    return QStringLiteral(":/icons/%1.svg").arg(name);
}

QPixmap tinted(const QString& name, const QSize& pixels, const QColor& tint)
{
    const QString key = QStringLiteral("icon/%1/%2x%3/%4").arg(name).arg(pixels.width()).arg(pixels.height()).arg(tint.rgba(), 8, 16);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(pixels);
    pixmap.fill(Qt::transparent);
    QSvgRenderer svg(pathOf(name));
    QPainter painter(&pixmap);
    svg.render(&painter);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), tint);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

// Asks for its colour when it paints: the icons of buttons and actions follow the scheme by themselves.
class Engine final : public QIconEngine {
public:
    Engine(QString name, Token tint) : m_name(std::move(name)), m_tint(tint) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override { paintIcon(*painter, rect, m_name, tintFor(mode)); }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override { return tinted(m_name, size, tintFor(mode)); }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override { return tinted(m_name, size, tintFor(mode)); }
    QIconEngine* clone() const override { return new Engine(*this); }
    QString key() const override { return QStringLiteral("runyard"); }
    bool isNull() override { return false; }

private:
    QColor tintFor(QIcon::Mode mode) const { return color(mode == QIcon::Disabled ? Token::Disabled : m_tint); }

    QString m_name;
    Token m_tint;
};

} // namespace

QIcon themeIcon(const QString& name, Token tint)
{
    if (!QFile::exists(pathOf(name)))
        return {};
    return QIcon(new Engine(name, tint));
}

void paintIcon(QPainter& painter, const QRectF& square, const QString& name, const QColor& tint)
{
    const double ratio = painter.device()->devicePixelRatioF();
    const QSize pixels(static_cast<int>(std::lround(square.width() * ratio)), static_cast<int>(std::lround(square.height() * ratio)));
    if (pixels.isEmpty())
        return;
    QPixmap pixmap = tinted(name, pixels, tint);
    pixmap.setDevicePixelRatio(ratio);
    painter.drawPixmap(square.topLeft(), pixmap);
}

QStringList iconNames()
{
    const QStringList files = QDir(pathOf(QString()).chopped(4)).entryList({QStringLiteral("*.svg")});
    QStringList names;
    for (const QString& file : files)
        names.append(file.chopped(4));
    return names;
}

} // namespace runyard
