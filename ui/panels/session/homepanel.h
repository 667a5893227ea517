#pragma once

#include "api/run.h"
#include "client/localservice.h"
#include "core/result.h"

#include <QMap>
#include <QWidget>

#include <vector>

class QLabel;

namespace runyard {

class Button;
class Card;
class EmptyState;
class KeyValueList;
class LoadingBar;
class Notice;
class RecentRun;
class StateChip;

// The first page: where runs live. Opens the workspace of this computer and leads on to data, the example, and the latest runs.
class HomePanel final : public QWidget {
    Q_OBJECT
public:
    explicit HomePanel(const QString& dataFolder, QWidget* parent = nullptr);

    void showOpening();
    void showFailed(const Error& error);
    void showOpen(const client::ServiceState& state);
    void showRuns(const std::vector<api::RunSummary>& runs);  // newest first

Q_SIGNALS:
    void openRequested();
    void exampleRequested();
    void dataRequested();
    void connectRequested();
    void runActivated(const QString& id);

private:
    Card* makeCard(const QString& dataFolder);
    Card* makeRecent();
    void showFound(int cores, qint64 memory);

    Card* m_card;
    StateChip* m_chip;
    KeyValueList* m_facts;
    LoadingBar* m_bar;
    Notice* m_notice;
    Button* m_open;
    Button* m_example;
    Card* m_recent;
    QMap<QString, RecentRun*> m_runs;
    bool m_isOpen = false;
};

} // namespace runyard
