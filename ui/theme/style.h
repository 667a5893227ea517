#pragma once

#include <QProxyStyle>

namespace runyard {

class Theme;

// Which weight a push button has; the value of its property "buttonKind".
enum class ButtonKind { Plain, Primary, Danger, Ghost };

// Fusion with the metrics of the house and controls painted from tokens. Properties a widget may carry:
// buttonKind (QPushButton), invalid (line edit, combo box, spin box: danger outline).
class Style : public QProxyStyle {
    Q_OBJECT
public:
    explicit Style(Theme* theme);

    Theme* theme() const { return m_theme; }
    void forgetTheme() { m_theme = nullptr; }

    void polish(QWidget* widget) override;
    void polish(QPalette& palette) override;
    void polish(QApplication* application) override { QProxyStyle::polish(application); }
    int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const override;
    QRect subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub, const QWidget* widget) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents, const QWidget* widget) const override;
    QIcon standardIcon(StandardPixmap icon, const QStyleOption* option, const QWidget* widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const override;

private:
    int textMetric(PixelMetric metric) const;

    Theme* m_theme;
};

} // namespace runyard
