#pragma once

#include <QBasicTimer>
#include <QWidget>

namespace runyard {

// A thin bar that moves while something loads. It keeps its two pixels when idle, so nothing jumps, and shows
// nothing during the first 120 ms: what is quick does not flicker.
class LoadingBar : public QWidget {
    Q_OBJECT
public:
    explicit LoadingBar(QWidget* parent = nullptr);

    void start();
    void stop();
    bool isBusy() const { return m_busy; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QBasicTimer m_timer;
    bool m_busy = false;
    int m_tick = 0;
};

} // namespace runyard
