#pragma once

#include <QString>

#include <string>
#include <vector>

namespace runyard {

// What the first bytes of a file show: images of the IDX format (also gzipped), labels, text, or bytes.
struct Preview {
    enum class Kind { Images, Text, Bytes };
    Kind kind = Kind::Bytes;
    QString caption;  // "IDX images · 60,000 × 28 × 28 · uint8"
    QString text;     // of Text and Bytes
    int width = 0;    // of one image
    int height = 0;
    std::vector<std::vector<unsigned char>> images;  // grey, row by row
};

// How much of a file makes a useful preview, in bytes.
constexpr long previewBytes = 96 * 1024;

Preview previewOf(const std::string& bytes);

} // namespace runyard
