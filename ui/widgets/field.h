#pragma once

#include <QWidget>

class QBoxLayout;
class QLabel;

namespace runyard {

// A label, an editor, and one line below for a hint or for what is wrong. With the label beside (as in forms of the
// pictures) or above.
class Field : public QWidget {
    Q_OBJECT
public:
    enum class Layout { Beside, Above };
    enum class Validity { Unknown, Valid, Warning, Invalid };

    explicit Field(const QString& label, QWidget* editor, Layout layout = Layout::Beside, QWidget* parent = nullptr);

    QWidget* editor() const { return m_editor; }
    Validity validity() const { return m_validity; }
    void setHint(const QString& hint);                                    // shown while nothing is wrong
    void setValidity(Validity validity, const QString& sentence = {});   // the sentence takes the hint's place
    void setLabelWidth(int width);                                        // so that the editors of a form line up

private:
    void refresh();

    QLabel* m_label;
    QWidget* m_editor;
    QLabel* m_line;
    QString m_hint;
    QString m_sentence;
    Validity m_validity = Validity::Unknown;
};

} // namespace runyard
