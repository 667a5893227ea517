#pragma once

#include "http.h"

#include <filesystem>

namespace runyard::local {

// Every exchange as readable text, for finding out what a client expected: request and answer with their heads and the first 16 KiB of
// what they carry. Tokens and signatures are struck out. Io thread only.
class Trace {
public:
    explicit Trace(const std::filesystem::path& file);  // appends; mode 0600
    ~Trace();
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    void add(const Request& request, const std::string& sent, const Response& response);

private:
    int m_fd;
};

// A request's body that remembers how it began.
class TracedBody final : public BodyReader {
public:
    explicit TracedBody(BodyReader& inner) : m_inner(inner) {}

    std::int64_t left() const override { return m_inner.left(); }
    Task<Result<std::string_view>> next() override;
    const std::string& beginning() const { return m_beginning; }

private:
    BodyReader& m_inner;
    std::string m_beginning;
};

} // namespace runyard::local
