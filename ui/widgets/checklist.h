#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

namespace runyard {

struct Check {
    enum class State { Pending, Fine, Warning, Wrong };

    State state = State::Pending;
    QString sentence;
    QString details;  // tool tip
    QString key;      // what activated() tells when the row is clicked, such as the field it is about

    bool operator==(const Check&) const = default;
};

// Rows of a mark and a sentence each, wrapped to the width: what is checked before something is submitted.
class CheckList : public QWidget {
    Q_OBJECT
public:
    explicit CheckList(QWidget* parent = nullptr);

    void setChecks(const QVector<Check>& checks);
    const QVector<Check>& checks() const { return m_checks; }

    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

Q_SIGNALS:
    void activated(const QString& key);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    QVector<QRect> rows(int width) const;
    int at(const QPoint& point) const;

    QVector<Check> m_checks;
};

} // namespace runyard
