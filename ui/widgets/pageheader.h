#pragma once

#include "button.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace runyard {

class ElidedLabel;

// The title line of a page: title with a place for a chip, caption below, and at the right at most two plain buttons
// (or a danger one) and one primary.
class PageHeader : public QWidget {
    Q_OBJECT
public:
    explicit PageHeader(const QString& title, const QString& caption = {}, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setCaption(const QString& caption);
    void setChip(QWidget* chip);  // beside the title; taken over
    Button* addAction(const QString& text, Button::Kind kind = Button::Plain);
    void addWidget(QWidget* widget);  // before the buttons, a filter field for instance

private:
    ElidedLabel* m_title;
    ElidedLabel* m_caption;
    QHBoxLayout* m_titleRow;
    QHBoxLayout* m_actions;
};

} // namespace runyard
