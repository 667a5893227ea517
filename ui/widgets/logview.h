#pragma once

#include "telemetry/logsource.h"

#include <QAbstractScrollArea>
#include <QBasicTimer>
#include <QFont>
#include <QPoint>

namespace runyard {

class Button;

// Shows a log of any size: only the visible lines are fetched and painted. Follows the end until the user scrolls up
// or selects; End follows again. Keys: arrows, pages, Home, End, F3 and Shift+F3 next and previous match, E and Shift+E
// next and previous error, Ctrl+C, Ctrl+A. Ctrl+F asks the owner to show its find field.
class LogView : public QAbstractScrollArea, private LogListener {
    Q_OBJECT
public:
    enum class Times { Hidden, Shown };
    enum class Wrap { Off, On };

    explicit LogView(QWidget* parent = nullptr);
    ~LogView() override;

    void setSource(LogSource* source);  // must outlive the view or be replaced by null
    void setFollow(bool follow);
    bool isFollowing() const { return m_follow; }
    void setTimes(Times times);
    void setWrap(Wrap wrap);

    void find(const QString& text);  // marks all, goes to the next from the top line; empty: marks none
    void findNext();
    void findPrevious();
    void nextError();
    void previousError();
    void goTo(qint64 line);
    void copy();
    void selectAll();

    qint64 topLine() const { return m_top; }
    QString shownText() const;  // the lines on screen, for screen readers and tests

Q_SIGNALS:
    void followChanged(bool follow);
    void extentChanged();
    void findRequested();
    void findEnded(bool found, bool wrapped);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Place {
        qint64 line = -1;
        int column = 0;
        auto operator<=>(const Place&) const = default;
    };

    void logGrew() override;
    void logRows(std::uint64_t ticket, std::vector<LogRow> rows) override;
    void logFound(std::uint64_t ticket, LogFound found) override;
    void logText(std::uint64_t ticket, std::u16string text) override;

    const LogRow* row(qint64 line) const;
    int rowsPerPage() const;
    int columns() const;
    int heightInRows(const LogRow* row) const;
    int textLeft() const;
    qint64 mostTop() const;
    void request();
    void arrange();
    void seek(bool backwards, const QString& text);
    void reveal(qint64 line);
    void measure();
    Place placeAt(const QPoint& point) const;
    void paintRow(QPainter& painter, const LogRow& row, int top);
    void paintText(QPainter& painter, const LogRow& row, int begin, int end, double left, int top);
    void paintMarks(QPainter& painter, const LogRow& row, int begin, int end, double left, int top);

    LogSource* m_source = nullptr;
    LogExtent m_extent;
    std::vector<LogRow> m_rows;  // what is fetched, in order, without a hole
    qint64 m_top = 0;
    std::size_t m_longest = 0;   // seen so far: a bar that went with the longest row on screen would bring that row back, without end
    std::uint64_t m_rowsTicket = 0, m_findTicket = 0, m_textTicket = 0;
    bool m_stale = false;        // the end moved while rows were on their way
    bool m_follow = true;
    bool m_settling = false;     // the scroll bar moves because of us
    Times m_times = Times::Hidden;
    Wrap m_wrap = Wrap::Off;
    QString m_wanted;
    qint64 m_hit = -1;
    Place m_anchor, m_caret;
    QBasicTimer m_timer, m_drag;
    QFont m_font;
    double m_cell = 7;
    int m_line = 17;
    qint64 m_unseen = 0;
    Button* m_newest;
};

} // namespace runyard
