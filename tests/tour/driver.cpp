#include "driver.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QTest>

namespace runyard::tour {

void require(bool condition, const QString& otherwise)
{
    if (!condition)
        throw Fault(otherwise.toStdString());
}

void waitFor(const QString& what, const std::function<bool()>& condition, int seconds)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition()) {
        if (timer.elapsed() > seconds * 1000LL)
            throw Fault(("waited " + QString::number(seconds) + " s for " + what).toStdString());
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    }
}

void linger(int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    waitFor(QStringLiteral("time to pass"), [&] { return timer.elapsed() >= milliseconds; }, milliseconds / 1000 + 5);
}

namespace {

// Brings a widget that a scroll area hides into sight, as a person would with the wheel.
void reveal(QWidget* widget)
{
    for (QWidget* parent = widget->parentWidget(); parent; parent = parent->parentWidget()) {
        if (auto* area = qobject_cast<QScrollArea*>(parent))
            area->ensureWidgetVisible(widget);
    }
    QCoreApplication::processEvents();
}

bool holds(const QModelIndex& index, const QString& text)
{
    const auto* model = index.model();
    for (int column = 0; column < model->columnCount(index.parent()); ++column) {
        if (index.siblingAtColumn(column).data().toString().contains(text))
            return true;
    }
    return false;
}

QModelIndex search(const QAbstractItemModel* model, const QModelIndex& parent, const QString& text)
{
    for (int row = 0; row < model->rowCount(parent); ++row) {
        const QModelIndex index = model->index(row, 0, parent);
        if (holds(index, text))
            return index;
        if (const QModelIndex below = search(model, index, text); below.isValid())
            return below;
    }
    return {};
}

} // namespace

void Driver::click(QWidget* widget)
{
    reveal(widget);
    QTest::mouseMove(widget, widget->rect().center());
    QTest::mouseClick(widget, Qt::LeftButton, {}, widget->rect().center());
    QCoreApplication::processEvents();
}

void Driver::click(const QString& name)
{
    auto* widget = find<QWidget>(name);
    waitFor(QStringLiteral("“%1” to be enabled").arg(name), [&] {
        widget = visible<QWidget>(name);
        return widget && widget->isEnabled();
    });
    click(widget);
}

void Driver::type(const QString& name, const QString& text)
{
    QWidget* widget = find<QWidget>(name);
    if (auto* inner = qobject_cast<QLineEdit*>(widget) ? nullptr : widget->findChild<QLineEdit*>())
        widget = inner;
    click(widget);
    QTest::keyClick(widget, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(widget, Qt::Key_Delete);
    QTest::keyClicks(widget, text);
    QCoreApplication::processEvents();
}

void Driver::press(const QString& keys)
{
    const QKeyCombination combination = QKeySequence::fromString(keys)[0];
    QWidget* target = QApplication::focusWidget() ? QApplication::focusWidget() : &m_window;
    QTest::keyClick(target, combination.key(), combination.keyboardModifiers());
    QCoreApplication::processEvents();
}

void Driver::choose(const QString& combo, const QString& text)
{
    auto* box = find<QComboBox>(combo);
    waitFor(QStringLiteral("“%1” in “%2”").arg(text, combo), [&] { return box->findText(text, Qt::MatchContains) >= 0; });
    const int wanted = box->findText(text, Qt::MatchContains);
    reveal(box);
    box->setFocus();
    for (int guard = 0; box->currentIndex() != wanted && guard < 200; ++guard)
        QTest::keyClick(box, box->currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
    require(box->currentIndex() == wanted, QStringLiteral("“%1” could not be chosen in “%2”").arg(text, combo));
}

QPoint Driver::cellOf(const QString& view, const QString& text, QWidget** viewport)
{
    auto* list = find<QAbstractItemView>(view);
    QModelIndex index;
    waitFor(QStringLiteral("a row “%1” in “%2”").arg(text, view), [&] {
        index = search(list->model(), list->rootIndex(), text);
        return index.isValid();
    });
    list->scrollTo(index);
    QCoreApplication::processEvents();
    *viewport = list->viewport();
    const QRect cell = list->visualRect(index);
    require(!cell.isEmpty(), QStringLiteral("the row “%1” of “%2” cannot be seen").arg(text, view));
    return cell.intersected(list->viewport()->rect()).center();
}

void Driver::selectRow(const QString& view, const QString& text)
{
    QWidget* viewport = nullptr;
    const QPoint at = cellOf(view, text, &viewport);
    QTest::mouseClick(viewport, Qt::LeftButton, {}, at);
    QCoreApplication::processEvents();
}

void Driver::activateRow(const QString& view, const QString& text)
{
    QWidget* viewport = nullptr;
    const QPoint at = cellOf(view, text, &viewport);
    QTest::mouseClick(viewport, Qt::LeftButton, {}, at);
    QTest::mouseDClick(viewport, Qt::LeftButton, {}, at);
    QCoreApplication::processEvents();
}

int Driver::rows(const QString& view)
{
    auto* list = visible<QAbstractItemView>(view);
    return list ? list->model()->rowCount(list->rootIndex()) : 0;
}

QString Driver::text(const QString& name)
{
    QWidget* widget = find<QWidget>(name);
    if (const auto* label = qobject_cast<QLabel*>(widget))
        return label->text();
    if (const auto* line = qobject_cast<QLineEdit*>(widget))
        return line->text();
    if (const auto* button = qobject_cast<QAbstractButton*>(widget))
        return button->text();
    if (const auto* edit = qobject_cast<QPlainTextEdit*>(widget))
        return edit->toPlainText();
    const QVariant own = widget->property("text");
    return own.isValid() ? own.toString() : widget->accessibleName();
}

} // namespace runyard::tour
