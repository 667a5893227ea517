#include "tokens.h"

#include "theme.h"

#include <array>
#include <cmath>

namespace runyard {

namespace {

struct Pair {
    QRgb dark;
    QRgb light;
};

// In the order of Token.
constexpr std::array<Pair, 28> values{{
    {0xFF12151C, 0xFFF6F7F9}, {0xFF191D26, 0xFFFFFFFF}, {0xFF232936, 0xFFFFFFFF}, {0xFF151922, 0xFFEEF0F4}, {0xFF232936, 0xFFEEF0F4}, {0xFF1D2A45, 0xFFE8F0FE},
    {0xFF272D3A, 0xFFE1E4EA}, {0xFF4B505B, 0xFFB9BEC8},
    {0xFFE6E9F0, 0xFF1B2130}, {0xFF98A2B8, 0xFF5B6475}, {0xFF636873, 0xFF9BA1AD},
    {0xFF6B9CFF, 0xFF2F6FED}, {0xFF0D1220, 0xFFFFFFFF},
    {0xFF4CC79A, 0xFF12805C}, {0xFFF0A95A, 0xFFB25E09}, {0xFFFF7A72, 0xFFC4322B},
    {0xFF15332A, 0xFFE3F5EE}, {0xFF38290F, 0xFFFDF0DE}, {0xFF3B1B1B, 0xFFFDECEB}, {0xFF1D2A45, 0xFFE8F0FE},
    {0xFF6B9CFF, 0xFF2F6FED}, {0xFFFF9F56, 0xFFDF6612}, {0xFF2EC4B6, 0xFF0B8F84}, {0xFFD98BE8, 0xFF9C3FB5},
    {0xFFE8D25B, 0xFF8A7400}, {0xFFFF7A9C, 0xFFB0173F}, {0xFF737E96, 0xFF56607A}, {0xFFB5E3FF, 0xFF12365E},
}};

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& of)
{
    return 0.2126 * linear(of.redF()) + 0.7152 * linear(of.greenF()) + 0.0722 * linear(of.blueF());
}

} // namespace

QColor color(Token token, Scheme scheme)
{
    const Pair& pair = values.at(static_cast<std::size_t>(token));
    return QColor::fromRgb(scheme == Scheme::Dark ? pair.dark : pair.light);
}

QColor color(Token token)
{
    const Theme* theme = Theme::installed();
    return color(token, theme ? theme->scheme() : Scheme::Light);
}

QColor seriesColor(int index)
{
    return color(static_cast<Token>(static_cast<int>(Token::Series1) + index % 8));
}

double contrast(const QColor& one, const QColor& other)
{
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return a > b ? a / b : b / a;
}

QColor mixed(const QColor& from, const QColor& to, double share)
{
    const auto between = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return {between(from.red(), to.red()), between(from.green(), to.green()), between(from.blue(), to.blue()), between(from.alpha(), to.alpha())};
}

} // namespace runyard
