#pragma once

#include <string>

namespace runyard {

// A random UUID in lower case, "8-4-4-4-12".
std::string newGuid();

// `bytes` random bytes from the kernel, as lower-case hex.
std::string randomHex(std::size_t bytes);

// A run id that a person can say: "sad_otter_k3x9p2mq4z", unique by its ten random characters.
std::string newRunId();

} // namespace runyard
