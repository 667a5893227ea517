#include "settingspage.h"

#include "theme/metrics.h"
#include "theme/textrole.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/elidedlabel.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QRadioButton>
#include <QVBoxLayout>

namespace runyard {

SettingsPage::SettingsPage(Theme& theme, const QString& dataFolder, QWidget* parent) : Page(tr("Settings"), tr("Kept for you on this computer"), parent), m_theme(theme)
{
    auto* look = makeLook();
    auto* folder = makeData(dataFolder);
    for (Card* card : {look, folder}) {
        card->setMaximumWidth(px(720));
        card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
        content()->addWidget(card);
    }
    content()->addStretch();
}

Card* SettingsPage::makeLook()
{
    auto* card = new Card(tr("Look"), Card::Padding::Inside, this);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(px(24));
    form->setVerticalSpacing(px(12));
    card->body()->addLayout(form);

    auto* schemes = new QHBoxLayout;
    schemes->setSpacing(px(16));
    auto* group = new QButtonGroup(this);
    const QList<std::pair<QString, QString>> choices{{tr("As the system"), QStringLiteral("schemeSystem")}, {tr("Light"), QStringLiteral("schemeLight")}, {tr("Dark"), QStringLiteral("schemeDark")}};
    for (int at = 0; at < choices.size(); ++at) {
        auto* choice = new QRadioButton(choices[at].first, card);
        choice->setObjectName(choices[at].second);
        choice->setChecked(static_cast<int>(m_theme.setting()) == at);
        group->addButton(choice, at);
        schemes->addWidget(choice);
    }
    schemes->addStretch();
    connect(group, &QButtonGroup::idClicked, this, [this](int id) {
        m_theme.setSetting(static_cast<SchemeSetting>(id));
        Q_EMIT changed();
    });
    form->addRow(tr("Colour scheme"), schemes);

    auto* scale = new QComboBox(card);
    scale->setObjectName(QStringLiteral("scale"));
    for (const int percent : {90, 100, 110, 125})
        scale->addItem(tr("%1 %").arg(percent), percent / 100.0);
    scale->setCurrentIndex(std::max(0, scale->findData(m_theme.scale())));
    connect(scale, &QComboBox::activated, this, [this, scale] {
        m_theme.setScale(scale->currentData().toDouble());
        Q_EMIT changed();
    });
    connect(&m_theme, &Theme::changed, scale, [this, scale] { scale->setCurrentIndex(std::max(0, scale->findData(m_theme.scale()))); });
    form->addRow(tr("Size"), scale);
    return card;
}

Card* SettingsPage::makeData(const QString& dataFolder)
{
    auto* card = new Card(tr("Data folder"), Card::Padding::Inside, this);
    auto* row = new QHBoxLayout;
    auto* path = new ElidedLabel(dataFolder, TextRole::Mono, card);
    path->setObjectName(QStringLiteral("dataFolder"));
    path->setElide(Qt::ElideMiddle);
    auto* copy = new Button(tr("Copy path"), card);
    connect(copy, &Button::clicked, this, [dataFolder] { QGuiApplication::clipboard()->setText(dataFolder); });
    row->addWidget(path, 1);
    row->addWidget(copy);
    card->body()->addLayout(row);
    auto* note = new ElidedLabel(tr("Runs, data, models and environments of the local workspace live here. Start with --data DIR to use another folder."), TextRole::Caption, card);
    card->body()->addWidget(note);
    return card;
}

} // namespace runyard
