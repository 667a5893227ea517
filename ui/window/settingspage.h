#pragma once

#include "theme/theme.h"
#include "widgets/page.h"

namespace runyard {

class Card;

// Colour scheme, size of the type, and where the data live. Takes effect at once; the window keeps it.
class SettingsPage final : public Page {
    Q_OBJECT
public:
    SettingsPage(Theme& theme, const QString& dataFolder, QWidget* parent = nullptr);

Q_SIGNALS:
    void changed();

private:
    Card* makeLook();
    Card* makeData(const QString& dataFolder);

    Theme& m_theme;
};

} // namespace runyard
