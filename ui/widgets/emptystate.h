#pragma once

#include "button.h"

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace runyard {

// What an empty list shows: an icon, a sentence, and the action that fills it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(const QString& iconName, const QString& sentence, const QString& action = {}, QWidget* parent = nullptr);

    void setSentence(const QString& sentence);
    void setAction(const QString& action, Button::Kind kind = Button::Plain);  // empty text: no button

Q_SIGNALS:
    void triggered();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_icon;
    QLabel* m_sentence;
    Button* m_button;
};

} // namespace runyard
