#pragma once

#include "core/hash.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace runyard::client {

// A file while it arrives: what is there is hashed and handed to the disk meanwhile, so that little is left to do when the last byte is here.
class Arrival {
public:
    // Creates the file and its folders; the file must not exist.
    static Result<std::shared_ptr<Arrival>> create(const std::filesystem::path& file);
    ~Arrival();
    Arrival(const Arrival&) = delete;
    Arrival& operator=(const Arrival&) = delete;

    // Whether enough has come since the last time to be worth a piece of work; `size` is what the file holds.
    bool isWorthFollowing(std::int64_t size);

    // On a worker: takes up what the file holds, unless another worker is at it.
    void follow(std::int64_t size);

    // What was there is gone: the file begins anew.
    void restart();

    // On a worker, once the file is whole: flushes it, and answers with its SHA-256 as lower-case hex.
    Result<std::string> finish();

private:
    Arrival(std::filesystem::path file, int descriptor) : m_file(std::move(file)), m_descriptor(descriptor) {}
    Result<> readTo(std::int64_t size);

    const std::filesystem::path m_file;
    const int m_descriptor;
    std::int64_t m_followed = 0;  // service thread

    std::mutex m_mutex;  // guards what follows
    Digest m_digest;
    std::int64_t m_read = 0;
};

} // namespace runyard::client
