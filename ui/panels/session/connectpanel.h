#pragma once

#include "api/workspace.h"
#include "bridge/calls.h"
#include "client/localservice.h"
#include "toollines.h"
#include "widgets/page.h"

namespace runyard {

class Card;
class CodeView;
class Notice;
class Segmented;
class TintedLabel;

// Ready lines that point other tools at this workspace, each with a button that copies them. The token is shown as dots and copied whole.
class ConnectPanel final : public Page {
    Q_OBJECT
public:
    ConnectPanel(Bridge& bridge, client::LocalService& service, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;  // ports may be others after a restart

private:
    Card* makeCard(const QString& heading, const char* name, CodeView*& view, QString ToolLines::*text);
    void show(const api::ServiceInfo& service);
    void showTool();

    client::LocalService& m_service;
    api::ServiceInfo m_info;
    std::vector<ToolLines> m_lines;
    Segmented* m_tools;
    TintedLabel* m_about;
    Notice* m_notice;
    CodeView* m_shell = nullptr;
    CodeView* m_example = nullptr;
    Calls m_calls;
};

} // namespace runyard
