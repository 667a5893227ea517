#pragma once

#include <QPushButton>

namespace runyard {

// A push button of one of four weights. A page has one Primary; Danger is for what destroys or stops; Ghost has no
// frame and is for small actions beside text.
class Button : public QPushButton {
    Q_OBJECT
public:
    enum Kind { Plain, Primary, Danger, Ghost };

    explicit Button(const QString& text, QWidget* parent = nullptr) : Button(text, Plain, parent) {}
    Button(const QString& text, Kind kind, QWidget* parent = nullptr);

    // A square button with only an icon; the text becomes tool tip and accessible name.
    static Button* withIcon(const QString& iconName, const QString& text, QWidget* parent = nullptr);

    Kind kind() const { return m_kind; }
    void setKind(Kind kind);
    void setIconName(const QString& name);
    void setKeyHint(const QString& keys);  // shown behind the text, as "Ctrl Enter"

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int hintWidth() const;

    Kind m_kind;
    QString m_keys;
};

} // namespace runyard
