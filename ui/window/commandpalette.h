#pragma once

#include <QFrame>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace runyard {

// One thing the palette can do or open.
struct PaletteEntry {
    QString title;
    QString note;  // "Run", "Page", a key
    QString icon;
    std::function<void()> run;
};

// Search over runs, models, pages and commands, above the window's content: type, choose with the arrows, Enter.
class CommandPalette final : public QFrame {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* window);

    void open(std::vector<PaletteEntry> commands);
    void setCommands(std::vector<PaletteEntry> commands);  // keeps what is typed

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void filter(const QString& text);
    void choose();
    void place();

    std::vector<PaletteEntry> m_commands;
    QLineEdit* m_field;
    QListWidget* m_list;
};

} // namespace runyard
