#include "mutator.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace runyard::fuzz {

namespace fs = std::filesystem;

namespace {

std::string contentsOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

int hexValue(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

std::string unescaped(const std::string& text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
            plain += static_cast<char>(hexValue(text[i + 2]) * 16 + hexValue(text[i + 3]));
            i += 3;
        } else {
            i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
            plain += text[i];
        }
    }
    return plain;
}

constexpr std::array<const char*, 20> numbers{"0", "-1", "1", "127", "256", "65536", "2147483647", "2147483648", "-2147483649", "4294967296", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "18446744073709551615", "99999999999999999999999999", "1e308", "1e999", "-1e-999", "0.000001"};
constexpr std::array<std::pair<const char*, const char*>, 9> brackets{{{"[", "]"}, {"{\"a\":", "}"}, {"(", ")"}, {"<a>", "</a>"}, {"- ", ""}, {"? ", ""}, {"\"\\\"", "\\\"\""}, {"%25", ""}, {"../", ""}}};

} // namespace

std::vector<std::string> readCorpus(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<std::string> corpus;
    for (const auto& file : files)
        corpus.push_back(contentsOf(file));
    return corpus;
}

std::vector<std::string> readWords(const fs::path& file)
{
    std::vector<std::string> words;
    std::istringstream lines(contentsOf(file));
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find('"');
        const auto last = line.rfind('"');
        if (!line.starts_with('#') && first < last)
            words.push_back(unescaped(line.substr(first + 1, last - first - 1)));
    }
    return words;
}

std::size_t Mutator::fewOf(std::size_t end)
{
    return below(4) == 0 ? below(end) : below(std::min<std::size_t>(end, 24));
}

std::string Mutator::next()
{
    // What came last goes on now and then, so that an input moves far from where it began.
    std::string text = !m_last.empty() && below(3) == 0 ? m_last : m_corpus[below(m_corpus.size())];
    for (std::size_t times = std::size_t(1) << below(4); times > 0; --times)
        change(text);
    text.resize(std::min(text.size(), SizeLimit));
    m_last = text.size() < 4096 ? text : std::string();
    return text;
}

void Mutator::change(std::string& text)
{
    switch (below(16)) {
    case 0: case 1: case 2: return changeBytes(text);
    case 3: case 4: case 5: case 6: return putWord(text);
    case 7: case 8: return leaveOut(text);
    case 9: case 10: return repeat(text);
    case 11: case 12: return splice(text);
    case 13: case 14: return changeNumber(text);
    default: return below(4) == 0 ? nest(text) : changeBytes(text);
    }
}

void Mutator::changeBytes(std::string& text)
{
    constexpr std::string_view telling("\0\xff\x80\r\n\t \"'`\\/:;,.%&=?<>[]{}()|*#@!-+_~^$0aZ", 42);
    if (text.empty())
        text = "x";
    char& byte = text[below(text.size())];
    switch (below(3)) {
    case 0: byte = static_cast<char>(byte ^ (1 << below(8))); break;
    case 1: byte = static_cast<char>(below(256)); break;
    default: byte = telling[below(telling.size())];
    }
}

void Mutator::putWord(std::string& text)
{
    const std::string word = m_words.empty() ? std::string("\0", 1) : m_words[below(m_words.size())];
    const std::size_t at = below(text.size() + 1);
    text.replace(at, below(2) == 0 ? 0 : std::min(word.size(), text.size() - at), word);
}

void Mutator::leaveOut(std::string& text)
{
    const std::size_t at = below(text.size() + 1);
    if (below(4) == 0)
        text.resize(at);
    else
        text.erase(at, 1 + fewOf(text.size()));
}

void Mutator::repeat(std::string& text)
{
    const std::size_t at = below(text.size() + 1);
    const std::string part = text.substr(at, 1 + fewOf(text.size()));
    const std::size_t most = below(8) == 0 ? 4000 : 3;
    std::string many;
    for (std::size_t times = 1 + below(most); times > 0 && many.size() < SizeLimit; --times)
        many += part;
    text.insert(below(text.size() + 1), many);
}

void Mutator::splice(std::string& text)
{
    const std::string& other = m_corpus[below(m_corpus.size())];
    const std::size_t from = below(other.size() + 1);
    if (below(2) == 0)
        text = text.substr(0, below(text.size() + 1)) + other.substr(from);
    else
        text.insert(below(text.size() + 1), other.substr(from, fewOf(other.size())));
}

void Mutator::changeNumber(std::string& text)
{
    constexpr std::string_view digits = "0123456789";
    const auto at = text.find_first_of(digits, below(text.size() + 1));
    if (at == std::string::npos)
        return changeBytes(text);
    const auto end = std::min(text.find_first_not_of(digits, at), text.size());
    text.replace(at, end - at, numbers[below(numbers.size())]);
}

void Mutator::nest(std::string& text)
{
    const auto& [open, close] = brackets[below(brackets.size())];
    const std::size_t depth = std::size_t(1) << below(15);
    const std::size_t at = below(text.size() + 1);
    std::string before, after;
    for (std::size_t i = 0; i < depth && before.size() < SizeLimit; ++i) {
        before += open;
        after += close;
    }
    text.insert(below(2) == 0 ? at : below(text.size() + 1), after);
    text.insert(std::min(at, text.size()), before);
}

} // namespace runyard::fuzz
