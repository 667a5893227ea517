#include "textrole.h"

#include "metrics.h"

#include <QWidget>

namespace runyard {

namespace {

struct Look {
    int pixels;
    QFont::Weight weight;
};

Look lookOf(TextRole role)
{
    switch (role) {
    case TextRole::Display: return {24, QFont::DemiBold};
    case TextRole::Title: return {18, QFont::DemiBold};
    case TextRole::Heading: return {13, QFont::DemiBold};
    case TextRole::Strong: return {13, QFont::Medium};
    case TextRole::Caption: return {12, QFont::Normal};
    case TextRole::Mono: return {12, QFont::Normal};
    case TextRole::Body: break;
    }
    return {13, QFont::Normal};
}

} // namespace

QFont roleFont(TextRole role)
{
    static const QStringList text{QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("sans-serif")};
    static const QStringList mono{QStringLiteral("JetBrains Mono"), QStringLiteral("Noto Sans Mono"), QStringLiteral("monospace")};
    const Look look = lookOf(role);
    QFont font;
    font.setFamilies(role == TextRole::Mono ? mono : text);
    font.setPixelSize(px(look.pixels));
    font.setWeight(look.weight);
    if (role == TextRole::Mono) {
        font.setStyleHint(QFont::Monospace);
        font.setFixedPitch(true);
    }
    return font;
}

void applyRole(QWidget* widget, TextRole role)
{
    widget->setProperty("textRole", static_cast<int>(role));
    widget->setFont(roleFont(role));
    if (role == TextRole::Caption)
        widget->setForegroundRole(QPalette::PlaceholderText);
}

} // namespace runyard
