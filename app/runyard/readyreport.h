#pragma once

#include <QEvent>
#include <QTimer>
#include <QWidget>

#include <cstdio>

namespace runyard {

// Says "ready" on standard output when the window has been painted and its event loop is free again.
class ReadyReport : public QObject {
public:
    enum class Wanted { No, Yes };

    ReadyReport(Wanted wanted, QWidget& window)
    {
        if (wanted == Wanted::Yes)
            window.installEventFilter(this);
    }

protected:
    bool eventFilter(QObject* window, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) {
            window->removeEventFilter(this);
            QTimer::singleShot(0, this, [] {
                std::puts("ready");
                std::fflush(stdout);
            });
        }
        return false;
    }
};

} // namespace runyard
