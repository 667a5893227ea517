#pragma once

#include <QHash>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace runyard {

// Names at the left, values at the right, selectable; changes in place by key, so nothing jumps when it is refreshed.
class KeyValueList : public QWidget {
    Q_OBJECT
public:
    enum class Look { Text, Mono, Link };

    explicit KeyValueList(QWidget* parent = nullptr);

    void set(const QString& key, const QString& value, Look look = Look::Text, const QString& toolTip = {});
    void remove(const QString& key);
    void clear();

Q_SIGNALS:
    void linkActivated(const QString& key);

private:
    QGridLayout* m_grid;
    QHash<QString, QLabel*> m_values;
    QHash<QString, QLabel*> m_names;
    int m_nextRow = 0;
};

} // namespace runyard
