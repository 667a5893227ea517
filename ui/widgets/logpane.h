#pragma once

#include "logview.h"

#include <QWidget>

class QHBoxLayout;

namespace runyard {

class Button;
class SearchField;
class StateChip;

// A LogView with its tool row: room for a switch of ranks or files, find field, counts of warnings and errors,
// Follow, Wrap, Time, Save.
class LogPane : public QWidget {
    Q_OBJECT
public:
    explicit LogPane(QWidget* parent = nullptr);

    LogView* view() const { return m_view; }
    void setSource(LogSource* source);
    void addLeading(QWidget* widget);  // at the row's beginning; taken over

    enum class Timed { No, Yes };
    void setTimed(Timed timed);  // whether the source knows when its lines were written; without that there is no Time to show

Q_SIGNALS:
    void saveRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void count();

    LogSource* m_source = nullptr;
    LogView* m_view;
    QHBoxLayout* m_row;
    SearchField* m_find;
    StateChip* m_warnings;
    StateChip* m_errors;
    Button* m_follow;
    Button* m_time = nullptr;
};

} // namespace runyard
