#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

namespace runyard {

// One phase of a run and how far it is; the note is free text such as "0.4 s, cached" or "epoch 15 of 20".
struct Phase {
    enum class State { Pending, Active, Done, Failed };

    QString name;
    State state = State::Pending;
    QString note;
    QString toolTip;
};

// The phases of a run from left to right, joined by lines; names shorten before notes when there is little room.
class PhaseBar : public QWidget {
    Q_OBJECT
public:
    explicit PhaseBar(QWidget* parent = nullptr);

    void setPhases(const QVector<Phase>& phases);
    const QVector<Phase>& phases() const { return m_phases; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QVector<int> widths(bool notes) const;

    QVector<Phase> m_phases;
    QVector<int> m_starts;
};

} // namespace runyard
