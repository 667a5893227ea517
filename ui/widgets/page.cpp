#include "page.h"

#include "theme/metrics.h"

#include <QVBoxLayout>

namespace runyard {

Page::Page(const QString& title, const QString& caption, QWidget* parent) : QWidget(parent)
{
    m_header = new PageHeader(title, caption, this);
    m_content = new QVBoxLayout;
    m_content->setContentsMargins(0, 0, 0, 0);
    m_content->setSpacing(px(12));
    auto* outer = new QVBoxLayout(this);
    const int padding = px(metrics::pagePadding);
    outer->setContentsMargins(padding, px(16), padding, padding);
    outer->setSpacing(px(14));
    outer->addWidget(m_header);
    outer->addLayout(m_content, 1);
}

} // namespace runyard
