#pragma once

#include <QFrame>
#include <QVector>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace runyard {

// A raised surface with a hairline and rounded corners, an optional heading row, and content below.
class Card : public QFrame {
    Q_OBJECT
public:
    enum class Padding { Inside, None };  // None: content reaches the card's edge, as a table does

    explicit Card(QWidget* parent = nullptr) : Card(QString(), Padding::Inside, parent) {}
    explicit Card(const QString& heading, Padding padding = Padding::Inside, QWidget* parent = nullptr);

    QVBoxLayout* body() const { return m_body; }
    QHBoxLayout* headingRow();  // heading, stretch, then what you add at its end
    void setHeading(const QString& heading);
    void setChosen(bool chosen);  // accent outline

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void childEvent(QChildEvent* event) override;

private:
    class Corner;

    void placeCorners();

    Padding m_padding;
    bool m_chosen = false;
    QVBoxLayout* m_outer;
    QHBoxLayout* m_row = nullptr;
    QLabel* m_heading = nullptr;
    QVBoxLayout* m_body;
    QVector<Corner*> m_corners;  // of content that reaches the edge
};

} // namespace runyard
