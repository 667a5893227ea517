#pragma once

#include <QLineEdit>

namespace runyard {

// A line edit with a magnifying glass, a cross to clear it, and a hint of its shortcut in a small frame.
class SearchField : public QLineEdit {
    Q_OBJECT
public:
    explicit SearchField(const QString& placeholder, const QString& shortcutHint = {}, QWidget* parent = nullptr);

    void setShortcutHint(const QString& hint);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_hint;
};

} // namespace runyard
