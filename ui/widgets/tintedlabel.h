#pragma once

#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QLabel>

namespace runyard {

// A label whose text has the colour of a token, right also after a switch of the scheme.
class TintedLabel : public QLabel {
    Q_OBJECT
public:
    explicit TintedLabel(const QString& text = {}, Token tint = Token::Muted, TextRole role = TextRole::Body, QWidget* parent = nullptr);

    void setTint(Token tint);

protected:
    void changeEvent(QEvent* event) override;

private:
    void dye();

    Token m_tint;
};

} // namespace runyard
