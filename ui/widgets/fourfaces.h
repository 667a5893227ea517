#pragma once

#include <QWidget>

class QStackedLayout;

namespace runyard {

class EmptyState;
class LoadingBar;
class Notice;

// The four faces of a list. Loading shows a thin bar above what is there already (nothing jumps, nothing is taken
// away); empty replaces the content; failed puts a notice above it and leaves older content readable.
class FourFaces : public QWidget {
    Q_OBJECT
public:
    enum class Face { Loading, Empty, Failed, Filled };

    // Takes both over.
    FourFaces(QWidget* content, EmptyState* empty, QWidget* parent = nullptr);

    void setLoading();
    void setEmpty();
    void setFailed(const QString& sentence, const QString& details = {});
    void setFilled();
    Face face() const { return m_face; }
    EmptyState* empty() const { return m_empty; }

Q_SIGNALS:
    void tryAgain();
    void fill();  // the empty face's action

private:
    void turn(Face face);

    Face m_face = Face::Filled;
    LoadingBar* m_bar;
    Notice* m_notice;
    QStackedLayout* m_stack;
    QWidget* m_content;
    QWidget* m_blank;
    EmptyState* m_empty;
    bool m_everFilled = false;
};

} // namespace runyard
