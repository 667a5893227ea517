#pragma once

#include "talk.h"

#include <mutex>

namespace runyard::bench {

// What has been "stored": lengths by path.
class Shelf {
public:
    Answer answer(const Question& question);

private:
    Answer put(const Question& question);
    Answer get(const Question& question);
    Answer list(const Question& question);

    std::mutex m_mutex;
    std::map<std::string, std::int64_t> m_lengths;  // by decoded path "/account/container/name"
    std::map<std::string, std::int64_t> m_staged;   // of blocks not yet listed
};

} // namespace runyard::bench
