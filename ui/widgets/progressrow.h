#pragma once

#include "theme/state.h"

#include <QWidget>

namespace runyard {

class Button;
class ElidedLabel;
class StateChip;

// A transfer as a row: what and where to, a bar of the bytes confirmed so far, figures, and Cancel while it runs.
class ProgressRow : public QWidget {
    Q_OBJECT
public:
    // Bytes confirmed by the other side; rate in bytes per second, negative if unknown; total negative while counting.
    struct Progress {
        qint64 done = 0;
        qint64 total = -1;
        double rate = -1;
        int filesDone = 0;
        int files = 0;
    };

    explicit ProgressRow(const QString& name, const QString& detail = {}, QWidget* parent = nullptr);

    void setName(const QString& name);
    void setSeparated(bool separated);  // a line below, where another row follows
    void setProgress(const Progress& progress);
    void setRunning();
    void setEnded(StateKind kind, const QString& word);  // replaces bar and Cancel by a chip and, if set, an action
    void setEndAction(const QString& text);              // such as "Show"
    QSize sizeHint() const override;

Q_SIGNALS:
    void cancelRequested();
    void actionTriggered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QRect barRect() const;
    void paintFigures(QPainter& painter, int left, int right) const;
    void place();

    ElidedLabel* m_name;
    ElidedLabel* m_detail;
    StateChip* m_chip;
    Button* m_cancel;
    Button* m_action;
    Progress m_progress;
    bool m_running = true;
    bool m_separated = false;
};

} // namespace runyard
