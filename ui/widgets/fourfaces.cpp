#include "fourfaces.h"

#include "emptystate.h"
#include "loadingbar.h"
#include "notice.h"

#include <QStackedLayout>
#include <QVBoxLayout>

namespace runyard {

FourFaces::FourFaces(QWidget* content, EmptyState* empty, QWidget* parent) : QWidget(parent), m_content(content), m_empty(empty)
{
    m_bar = new LoadingBar(this);
    m_notice = new Notice(this);
    m_notice->setDismissable(false);
    m_blank = new QWidget(this);
    m_stack = new QStackedLayout;
    m_stack->addWidget(m_blank);
    m_stack->addWidget(m_content);
    m_stack->addWidget(m_empty);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addWidget(m_notice);
    column->addLayout(m_stack, 1);
    connect(m_notice, &Notice::tryAgain, this, &FourFaces::tryAgain);
    connect(m_empty, &EmptyState::triggered, this, &FourFaces::fill);
}

void FourFaces::setLoading()
{
    turn(Face::Loading);
    m_bar->start();
}

void FourFaces::setEmpty()
{
    m_everFilled = false;
    turn(Face::Empty);
    m_stack->setCurrentWidget(m_empty);
}

void FourFaces::setFailed(const QString& sentence, const QString& details)
{
    turn(Face::Failed);
    m_notice->showError(sentence, details);
    if (!m_everFilled)
        m_stack->setCurrentWidget(m_blank);
}

void FourFaces::setFilled()
{
    m_everFilled = true;
    turn(Face::Filled);
    m_stack->setCurrentWidget(m_content);
}

void FourFaces::turn(Face face)
{
    m_face = face;
    m_bar->stop();
    if (face != Face::Failed && face != Face::Loading)
        m_notice->dismiss();
}

} // namespace runyard
