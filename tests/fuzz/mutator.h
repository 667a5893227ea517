#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace runyard::fuzz {

// Makes new inputs of old ones, the same ones for the same seed: flipped bits, other bytes, words of the format put in or over, parts left
// out, repeated, moved, or taken from another input, other numbers, and brackets within brackets within brackets.
class Mutator {
public:
    static constexpr std::size_t SizeLimit = 64 << 10;

    Mutator(std::vector<std::string> corpus, std::vector<std::string> words, std::uint64_t seed) : m_corpus(std::move(corpus)), m_words(std::move(words)), m_dice(seed) {}

    std::string next();
    const std::vector<std::string>& corpus() const { return m_corpus; }

private:
    std::size_t below(std::size_t end) { return end == 0 ? 0 : m_dice() % end; }
    std::size_t fewOf(std::size_t end);  // mostly small
    void change(std::string& text);
    void changeBytes(std::string& text);
    void putWord(std::string& text);
    void leaveOut(std::string& text);
    void repeat(std::string& text);
    void splice(std::string& text);
    void changeNumber(std::string& text);
    void nest(std::string& text);

    std::vector<std::string> m_corpus;
    std::vector<std::string> m_words;
    std::mt19937_64 m_dice;
    std::string m_last;
};

std::vector<std::string> readCorpus(const std::filesystem::path& folder);
// The words of a libFuzzer dictionary: one "…" a line, with \xNN, \\ and \".
std::vector<std::string> readWords(const std::filesystem::path& file);

} // namespace runyard::fuzz
