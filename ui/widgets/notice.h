#pragma once

#include "theme/state.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace runyard {

class Button;

// One sentence that says what happened and what to do, where it happened. May offer "Try again", an action of its own,
// details that unfold, and a cross to dismiss it. Hidden until something is shown.
class Notice : public QWidget {
    Q_OBJECT
public:
    enum class Retry { Offered, None };

    explicit Notice(QWidget* parent = nullptr);

    void showError(const QString& sentence, const QString& details = {}, Retry retry = Retry::Offered);
    void show(StateKind kind, const QString& sentence, const QString& details = {}, Retry retry = Retry::None);
    void setAction(const QString& text);  // one more button; triggered() when pressed
    void setDismissable(bool dismissable);
    void dismiss();
    QString sentence() const;

Q_SIGNALS:
    void tryAgain();
    void triggered();
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    StateKind m_kind = StateKind::Neutral;
    QLabel* m_sentence;
    QPlainTextEdit* m_details;
    Button* m_again;
    Button* m_action;
    Button* m_unfold;
    Button* m_cross;
};

} // namespace runyard
