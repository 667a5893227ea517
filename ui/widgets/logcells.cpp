#include "logcells.h"

#include <QChar>

#include <algorithm>

namespace runyard {

static bool isWide(char32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6)
        || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

LogGlyph glyphAt(QStringView text, int unit)
{
    const QChar first = text.at(unit);
    if (first.unicode() < 0x80)
        return {1, 1};
    const bool pair = first.isHighSurrogate() && unit + 1 < text.size() && text.at(unit + 1).isLowSurrogate();
    const char32_t symbol = pair ? QChar::surrogateToUcs4(first, text.at(unit + 1)) : first.unicode();
    const auto category = QChar::category(symbol);
    const bool combining = category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing || symbol == 0x200D || (symbol >= 0xFE00 && symbol <= 0xFE0F);
    return {pair ? 2 : 1, combining ? 0 : isWide(symbol) ? 2 : 1};
}

bool isAscii(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x80; });
}

int cellCount(QStringView text)
{
    int cells = 0;
    for (int unit = 0; unit < text.size();) {
        const LogGlyph glyph = glyphAt(text, unit);
        cells += glyph.cells;
        unit += glyph.units;
    }
    return cells;
}

int unitAt(QStringView text, int cell)
{
    int cells = 0;
    int unit = 0;
    while (unit < text.size()) {
        const LogGlyph glyph = glyphAt(text, unit);
        if (cells + glyph.cells > cell)
            return unit;
        cells += glyph.cells;
        unit += glyph.units;
    }
    return unit;
}

} // namespace runyard
