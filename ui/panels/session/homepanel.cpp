#include "homepanel.h"

#include "recentrun.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/elidedlabel.h"
#include "widgets/format.h"
#include "widgets/keyvaluelist.h"
#include "widgets/loadingbar.h"
#include "widgets/notice.h"
#include "widgets/statechip.h"
#include "widgets/tintedlabel.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QThread>
#include <QVBoxLayout>

#include <sys/sysinfo.h>

#include <algorithm>

namespace runyard {

static constexpr std::size_t recentRuns = 6;

static QString shortened(const QString& folder)
{
    const QString home = QDir::homePath();
    return folder.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + folder.mid(home.size()) : folder;
}

HomePanel::HomePanel(const QString& dataFolder, QWidget* parent) : QWidget(parent)
{
    auto* title = new QLabel(tr("Where should your runs live?"), this);
    applyRole(title, TextRole::Display);
    auto* caption = new TintedLabel(tr("On this computer, without an account. A run's code, logs, metrics and outputs stay in one folder of yours."), Token::Muted, TextRole::Body, this);
    caption->setWordWrap(true);
    m_card = makeCard(dataFolder);
    m_recent = makeRecent();
    m_recent->hide();

    auto* column = new QVBoxLayout;
    column->setSpacing(px(16));
    column->addSpacing(px(32));
    column->addWidget(title);
    column->addWidget(caption);
    column->addWidget(m_card);
    column->addSpacing(px(8));
    column->addWidget(m_recent);
    column->addStretch();
    auto* middle = new QWidget(this);
    middle->setMaximumWidth(px(980));
    middle->setLayout(column);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(px(metrics::pagePadding), 0, px(metrics::pagePadding), px(metrics::pagePadding));
    row->addStretch(1);
    row->addWidget(middle, 30);
    row->addStretch(1);
    setFocusProxy(m_open);
}

Card* HomePanel::makeCard(const QString& dataFolder)
{
    auto* card = new Card(tr("This computer"), Card::Padding::Inside, this);
    card->setChosen(true);
    card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_chip = new StateChip(tr("no account needed"), StateKind::Success, StateChip::Mark::None, card);
    card->headingRow()->addWidget(m_chip);
    auto* text = new TintedLabel(tr("Trains with the Python that you already have. Nothing leaves this machine."), Token::Muted, TextRole::Body, card);
    text->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_facts = new KeyValueList(card);
    m_facts->set(tr("Folder"), shortened(dataFolder), KeyValueList::Look::Text, dataFolder);
    struct sysinfo machine = {};
    sysinfo(&machine);
    showFound(QThread::idealThreadCount(), static_cast<qint64>(machine.totalram) * machine.mem_unit);
    m_bar = new LoadingBar(card);
    m_notice = new Notice(card);
    m_notice->setDismissable(false);
    m_open = new Button(tr("Work on this computer"), Button::Primary, card);
    m_open->setObjectName(QStringLiteral("homeWorkHere"));
    m_example = new Button(tr("Start with the Fashion-MNIST example"), card);
    m_example->setObjectName(QStringLiteral("homeExample"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_open);
    buttons->addWidget(m_example);
    auto* tools = new Button(tr("Connect tools"), Button::Ghost, card);
    tools->setObjectName(QStringLiteral("homeConnect"));
    tools->setToolTip(tr("Lines that point MLflow, azure-ai-ml and others at this workspace"));
    connect(tools, &Button::clicked, this, &HomePanel::connectRequested);
    buttons->addWidget(tools);
    buttons->addStretch();
    card->body()->addWidget(text);
    card->body()->addWidget(m_facts);
    card->body()->addWidget(m_bar);
    card->body()->addWidget(m_notice);
    card->body()->addLayout(buttons);
    connect(m_open, &Button::clicked, this, [this] {
        if (m_isOpen)
            Q_EMIT dataRequested();
        else
            Q_EMIT openRequested();
    });
    connect(m_example, &Button::clicked, this, &HomePanel::exampleRequested);
    connect(m_notice, &Notice::tryAgain, this, &HomePanel::openRequested);
    return card;
}

Card* HomePanel::makeRecent()
{
    auto* card = new Card(tr("Recent runs"), Card::Padding::None, this);
    card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    card->body()->setSpacing(0);
    return card;
}

void HomePanel::showFound(int cores, qint64 memory)
{
    const QString text = tr("%1 CPU cores · %2 memory").arg(cores).arg(formatBytes(static_cast<double>(memory)));
    m_facts->set(tr("Found here"), text);
}

void HomePanel::showOpening()
{
    m_notice->dismiss();
    m_bar->start();
    m_open->setEnabled(false);
    m_chip->setState(tr("starting"), StateKind::Accent);
}

void HomePanel::showFailed(const Error& error)
{
    m_bar->stop();
    m_open->setEnabled(true);
    m_chip->setState(tr("not open"), StateKind::Danger);
    m_notice->showError(QString::fromStdString(error.message), QString::fromStdString(error.detail));
}

void HomePanel::showOpen(const client::ServiceState& state)
{
    const bool isReady = state.kind == client::ServiceState::Kind::Ready;
    if (state.cores > 0)
        showFound(state.cores, state.memoryTotal);
    if (isReady)
        m_notice->dismiss();
    else if (!state.sentence.empty())
        m_notice->show(StateKind::Warning, QString::fromStdString(state.sentence), QString::fromStdString(state.detail));
    m_chip->setState(isReady ? tr("open") : tr("service not reached"), isReady ? StateKind::Success : StateKind::Warning);
    if (m_isOpen)
        return;
    m_isOpen = true;
    m_bar->stop();
    m_open->setEnabled(true);
    m_open->setText(tr("Upload data"));
}

void HomePanel::showRuns(const std::vector<api::RunSummary>& runs)
{
    QMap<QString, RecentRun*> shown;
    for (std::size_t at = 0; at < std::min(runs.size(), recentRuns); ++at) {
        const QString id = QString::fromStdString(runs[at].id);
        RecentRun* row = m_runs.take(id);
        if (!row) {
            row = new RecentRun(m_recent);
            row->setObjectName(QStringLiteral("homeRun_") + id);
            connect(row, &RecentRun::clicked, this, [this, id] { Q_EMIT runActivated(id); });
        }
        row->setRun(runs[at]);
        m_recent->body()->insertWidget(static_cast<int>(at), row);
        shown.insert(id, row);
    }
    for (RecentRun* gone : m_runs)
        gone->deleteLater();
    m_runs = shown;
    m_recent->setVisible(!shown.isEmpty());
}

} // namespace runyard
