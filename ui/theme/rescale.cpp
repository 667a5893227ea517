#include "rescale.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QVariant>

#include <cmath>

namespace runyard {

namespace {

struct Change {
    double before;
    double now;

    // The owner remembers the exact length as long as nobody else has set another.
    int operator()(QObject* owner, const QByteArray& name, int length) const
    {
        const QByteArray key = "unscaled_" + name;
        const QVariant known = owner->property(key);
        const bool isSame = known.isValid() && std::lround(known.toDouble() * before) == length;
        const double exact = isSame ? known.toDouble() : length / before;
        owner->setProperty(key, exact);
        return static_cast<int>(std::lround(exact * now));
    }
};

void rescaleSpacers(QLayout* layout, const Change& change)
{
    for (int i = 0; i < layout->count(); ++i) {
        QSpacerItem* spacer = layout->itemAt(i)->spacerItem();
        if (!spacer)
            continue;
        const QSize size = spacer->sizeHint();
        const QSizePolicy policy = spacer->sizePolicy();
        const QByteArray name = QByteArray::number(i);
        spacer->changeSize(change(layout, name + 'w', size.width()), change(layout, name + 'h', size.height()), policy.horizontalPolicy(), policy.verticalPolicy());
    }
}

void rescaleLayout(QLayout* layout, const Change& change)
{
    const QMargins is = layout->contentsMargins();
    layout->setContentsMargins(change(layout, "left", is.left()), change(layout, "top", is.top()), change(layout, "right", is.right()), change(layout, "bottom", is.bottom()));
    if (auto* grid = qobject_cast<QGridLayout*>(layout)) {
        grid->setHorizontalSpacing(change(grid, "across", grid->horizontalSpacing()));
        grid->setVerticalSpacing(change(grid, "down", grid->verticalSpacing()));
    } else {
        layout->setSpacing(change(layout, "spacing", layout->spacing()));
    }
    rescaleSpacers(layout, change);
    for (QObject* child : layout->children()) {
        if (auto* inner = qobject_cast<QLayout*>(child))
            rescaleLayout(inner, change);
    }
}

void rescaleSizes(QWidget* widget, const Change& change)
{
    const QSize least = widget->minimumSize();
    const QSize most = widget->maximumSize();
    const auto held = [](int length) { return length > 0 && length < QWIDGETSIZE_MAX; };
    const QSize newLeast(held(least.width()) ? change(widget, "leastWidth", least.width()) : least.width(),
                         held(least.height()) ? change(widget, "leastHeight", least.height()) : least.height());
    const QSize newMost(held(most.width()) ? change(widget, "mostWidth", most.width()) : most.width(),
                        held(most.height()) ? change(widget, "mostHeight", most.height()) : most.height());
    if (newLeast == least && newMost == most)
        return;
    widget->setMinimumSize(0, 0);
    widget->setMaximumSize(newMost);
    widget->setMinimumSize(newLeast);
}

void rescaleSections(QHeaderView* header, const Change& change)
{
    if (header->orientation() != Qt::Horizontal)
        return;
    header->setMinimumSectionSize(change(header, "leastSection", header->minimumSectionSize()));
    for (int section = 0; section < header->count(); ++section) {
        if (header->sectionResizeMode(section) == QHeaderView::Interactive && !header->isSectionHidden(section))
            header->resizeSection(section, change(header, QByteArray::number(section), header->sectionSize(section)));
    }
}

} // namespace

void rescale(const QWidgetList& widgets, double before, double now)
{
    const Change change{before, now};
    for (QWidget* widget : widgets) {
        if (QLayout* layout = widget->layout())
            rescaleLayout(layout, change);
        if (auto* header = qobject_cast<QHeaderView*>(widget))
            rescaleSections(header, change);
        rescaleSizes(widget, change);
    }
}

} // namespace runyard
