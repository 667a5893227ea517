#pragma once

#include <QStringList>
#include <QWidget>

namespace runyard {

// A few exclusive choices side by side. Left and right move, as in a group of radio buttons.
class Segmented : public QWidget {
    Q_OBJECT
public:
    explicit Segmented(const QStringList& choices, QWidget* parent = nullptr);

    int current() const { return m_current; }
    QString currentText() const { return m_choices.value(m_current); }
    void setCurrent(int index);  // silent if it is that already
    void setChoices(const QStringList& choices);
    void setChoiceEnabled(int index, bool enabled, const QString& why = {});

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect segment(int index) const;
    int at(const QPoint& point) const;
    void step(int by);

    QStringList m_choices;
    QStringList m_why;  // per choice, empty if it may be chosen
    int m_current = 0;
    int m_hovered = -1;
};

} // namespace runyard
