#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QString>
#include <QWidget>

#include <functional>
#include <stdexcept>

namespace runyard::tour {

// What stops the tour: a widget that never came, a picture that could not be taken, a figure that is wrong.
class Fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

void require(bool condition, const QString& otherwise);

// Runs the event loop until `condition` holds; a Fault names `what` when `seconds` are over.
void waitFor(const QString& what, const std::function<bool()>& condition, int seconds = 30);
void linger(int milliseconds);

// A person's hands on the real window: finds visible widgets by object name, clicks and types with synthetic events.
class Driver {
public:
    explicit Driver(QWidget& window) : m_window(window) {}

    template<typename T = QWidget>
    T* find(const QString& name, int seconds = 30)
    {
        T* found = nullptr;
        waitFor(QStringLiteral("“%1” on the page").arg(name), [&] { return (found = visible<T>(name)) != nullptr; }, seconds);
        return found;
    }

    template<typename T = QWidget>
    T* visible(const QString& name) const
    {
        for (T* widget : m_window.findChildren<T*>(name)) {
            if (widget->isVisible())
                return widget;
        }
        return nullptr;
    }

    void click(const QString& name);             // waits until it is there and enabled
    void click(QWidget* widget);
    void type(const QString& name, const QString& text);  // replaces what is there
    void press(const QString& keys);             // "Ctrl+2"
    void choose(const QString& combo, const QString& text);
    void selectRow(const QString& view, const QString& text);  // a row whose any cell holds the text
    void activateRow(const QString& view, const QString& text);
    int rows(const QString& view);
    QString text(const QString& name);

    QWidget& window() const { return m_window; }

private:
    QPoint cellOf(const QString& view, const QString& text, QWidget** viewport);

    QWidget& m_window;
};

} // namespace runyard::tour
