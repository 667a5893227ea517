#include "connectpanel.h"

#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/codeview.h"
#include "widgets/notice.h"
#include "widgets/segmented.h"
#include "widgets/tintedlabel.h"

#include <QClipboard>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QScrollBar>
#include <QVBoxLayout>

#include <utility>

namespace runyard {

ConnectPanel::ConnectPanel(Bridge& bridge, client::LocalService& service, QWidget* parent)
    : Page(tr("Connect tools"), tr("Programs of yours that speak Azure ML, MLflow or Blob work against this workspace"), parent), m_service(service), m_calls(bridge)
{
    QStringList tools;
    for (const ToolLines& lines : toolLines({}))
        tools += lines.tool;
    m_tools = new Segmented(tools, this);
    m_tools->setObjectName(QStringLiteral("connectTools"));
    m_about = new TintedLabel({}, Token::Muted, TextRole::Body, this);
    m_about->setWordWrap(true);
    m_notice = new Notice(this);
    auto* shell = makeCard(tr("In the shell"), "connectShell", m_shell, &ToolLines::shell);
    auto* example = makeCard(tr("For example"), "connectExample", m_example, &ToolLines::example);

    auto* tabs = new QHBoxLayout;
    tabs->addWidget(m_tools);
    tabs->addStretch();
    content()->addLayout(tabs);
    content()->addWidget(m_about);
    content()->addWidget(m_notice);
    content()->addWidget(shell);
    content()->addWidget(example);
    auto* warning = new TintedLabel(tr("The token lets whoever holds it into this workspace. It is copied, but not shown."), Token::Muted, TextRole::Caption, this);
    content()->addWidget(warning);
    content()->addStretch();
    connect(m_tools, &Segmented::currentChanged, this, &ConnectPanel::showTool);
    setFocusProxy(m_tools);
}

Card* ConnectPanel::makeCard(const QString& heading, const char* name, CodeView*& view, QString ToolLines::*text)
{
    auto* card = new Card(heading, Card::Padding::Inside, this);
    card->setMaximumWidth(px(980));
    card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    view = new CodeView({}, card);
    view->setObjectName(QLatin1String(name));
    view->setCopyVisible(false);  // what it shows is not what is to be copied
    auto* copy = new Button(tr("Copy"), card);
    copy->setObjectName(QLatin1String(name) + QStringLiteral("Copy"));
    copy->setIconName(QStringLiteral("copy"));
    card->headingRow()->addWidget(copy);
    card->body()->addWidget(view);
    connect(copy, &Button::clicked, this, [this, text] {
        if (!m_lines.empty())
            QGuiApplication::clipboard()->setText(m_lines[static_cast<std::size_t>(m_tools->current())].*text);
    });
    return card;
}

void ConnectPanel::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_calls.cancel();
    m_calls.start(m_service.info(), [this](Result<api::ServiceInfo> info) {
        if (info)
            show(*info);
        else
            m_notice->showError(QString::fromStdString(info.error().message), QString::fromStdString(info.error().detail));
    });
}

void ConnectPanel::show(const api::ServiceInfo& service)
{
    m_notice->dismiss();
    m_info = service;
    m_lines = toolLines(service);
    showTool();
}

void ConnectPanel::showTool()
{
    if (m_lines.empty())
        return;
    const ToolLines& lines = m_lines[static_cast<std::size_t>(m_tools->current())];
    m_about->setText(lines.about);
    for (const auto& [view, text] : {std::pair(m_shell, lines.shell), std::pair(m_example, lines.example)}) {
        const QString shown = withoutToken(text, m_info).trimmed();
        view->setCode(shown);
        const int rows = static_cast<int>(shown.count(QLatin1Char('\n'))) + 1;
        view->setFixedHeight(rows * QFontMetrics(view->font()).lineSpacing() + px(24) + view->horizontalScrollBar()->sizeHint().height());
    }
}

} // namespace runyard
