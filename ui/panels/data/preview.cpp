#include "preview.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringDecoder>

#include <zlib.h>

#include <algorithm>

namespace runyard {

namespace {

constexpr std::size_t unpackedLimit = 256 * 1024;
constexpr std::size_t imageLimit = 40;

QString tr(const char* text)
{
    return QCoreApplication::translate("Preview", text);
}

// As far as the bytes go: a preview ends in the middle of the stream.
std::string unpacked(const std::string& bytes)
{
    z_stream stream = {};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return {};
    std::string result(unpackedLimit, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    inflate(&stream, Z_SYNC_FLUSH);
    result.resize(result.size() - stream.avail_out);
    inflateEnd(&stream);
    return result;
}

std::size_t bigEndian(const std::string& bytes, std::size_t at)
{
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

QString number(std::size_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

Preview images(const std::string& bytes)
{
    Preview preview;
    const std::size_t count = bigEndian(bytes, 4);
    const std::size_t height = bigEndian(bytes, 8);
    const std::size_t width = bigEndian(bytes, 12);
    preview.kind = Preview::Kind::Images;
    preview.caption = tr("IDX images · %1 × %2 × %3 · uint8").arg(number(count), number(height), number(width));
    preview.width = static_cast<int>(width);
    preview.height = static_cast<int>(height);
    for (std::size_t at = 16; at + width * height <= bytes.size() && preview.images.size() < imageLimit; at += width * height)
        preview.images.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + width * height));
    return preview;
}

Preview labels(const std::string& bytes)
{
    Preview preview;
    preview.kind = Preview::Kind::Text;
    preview.caption = tr("IDX labels · %1 · uint8").arg(number(bigEndian(bytes, 4)));
    for (std::size_t at = 8; at < std::min<std::size_t>(bytes.size(), 8 + 60); ++at)
        preview.text += QString::number(static_cast<unsigned char>(bytes[at])) + QLatin1Char(' ');
    return preview;
}

Preview hex(const std::string& bytes)
{
    Preview preview;
    preview.caption = tr("Bytes");
    const QByteArray start = QByteArray::fromStdString(bytes.substr(0, 256));
    for (int at = 0; at < start.size(); at += 8)
        preview.text += QString::fromLatin1(start.mid(at, 8).toHex(' ')) + QLatin1Char('\n');
    return preview;
}

Preview plain(const std::string& bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(QByteArrayView(bytes.data(), static_cast<qsizetype>(std::min<std::size_t>(bytes.size(), 4096))));
    if (decoder.hasError() || text.contains(QChar(0)))
        return hex(bytes);
    Preview preview;
    preview.kind = Preview::Kind::Text;
    preview.caption = tr("Text");
    preview.text = text;
    return preview;
}

bool isImages(const std::string& bytes)
{
    if (bytes.size() < 16 || bigEndian(bytes, 0) != 0x0803)
        return false;
    const std::size_t height = bigEndian(bytes, 8);
    const std::size_t width = bigEndian(bytes, 12);
    return height > 0 && width > 0 && height <= 512 && width <= 512;
}

} // namespace

Preview previewOf(const std::string& bytes)
{
    const bool isPacked = bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
    const std::string content = isPacked ? unpacked(bytes) : bytes;
    if (content.empty() && isPacked)
        return hex(bytes);
    if (content.empty()) {
        Preview preview;
        preview.kind = Preview::Kind::Text;
        preview.caption = tr("Empty file");
        return preview;
    }
    if (isImages(content))
        return images(content);
    if (content.size() >= 8 && bigEndian(content, 0) == 0x0801)
        return labels(content);
    return plain(content);
}

} // namespace runyard
