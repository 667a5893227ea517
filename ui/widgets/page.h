#pragma once

#include "pageheader.h"

#include <QWidget>

class QVBoxLayout;

namespace runyard {

// A page of the window: 20 px of padding, a header, and content below it.
class Page : public QWidget {
    Q_OBJECT
public:
    explicit Page(const QString& title, const QString& caption = {}, QWidget* parent = nullptr);

    PageHeader* header() const { return m_header; }
    QVBoxLayout* content() const { return m_content; }

private:
    PageHeader* m_header;
    QVBoxLayout* m_content;
};

} // namespace runyard
