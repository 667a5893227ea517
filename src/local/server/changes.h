#pragma once

#include "core/task.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace runyard::local {

// Lets requests wait for something to happen. Topics: "workspace" (any run, compute or model changed its state),
// "run/{id}" (anything of a run: state, phase, log sizes, metric counts). Service io thread only.
class Changes {
public:
    explicit Changes(asio::io_context& context) : m_context(context) {}

    void touch(const std::string& topic);
    // Grows with every touch; also differs between two lives of the service, so that it can serve as an ETag.
    std::string version(const std::string& topic) const;
    // Returns when version(topic) != seen, or when the limit is over.
    Task<> wait(std::string topic, std::string seen, std::chrono::seconds limit);

private:
    struct Topic;
    asio::io_context& m_context;
    std::map<std::string, std::shared_ptr<Topic>> m_topics;
};

} // namespace runyard::local
