#pragma once

#include <QStringView>

namespace runyard {

// Cells of a terminal that a text takes: wide characters two, combining ones none.
int cellCount(QStringView text);

// The code unit that begins at or holds the cell, and the cell at which a code unit begins.
int unitAt(QStringView text, int cell);

// Length in code units and in cells of the character at an index.
struct LogGlyph {
    int units;
    int cells;
};
LogGlyph glyphAt(QStringView text, int unit);

bool isAscii(QStringView text);

} // namespace runyard
