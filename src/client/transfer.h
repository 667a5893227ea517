#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace runyard::client {

// How far an upload or download is. Bytes count only once the other side has confirmed them.
struct TransferProgress {
    std::int64_t done = 0;   // bytes
    std::int64_t total = 0;
    int filesDone = 0;
    int files = 0;
    int filesSkipped = 0;    // there already, overwrite off
    std::string current;     // name of a file under way
    std::vector<std::string> notes;  // sentences: what was left out, and why
};

enum class Overwrite { No, Yes };

} // namespace runyard::client
