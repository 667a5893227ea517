#pragma once

#include "core/task.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace runyard::local {

// Lets requests wait for something to happen. Topics: "workspace" (any run, compute or model changed its state),
// "run/{id}" (anything of a run: state, phase, log sizes, metric counts). Service io thread only.
class Changes {
public:
    explicit Changes(asio::io_context& context);

    void touch(const std::string& topic);
    // Grows with every touch; also differs between two lives of the service. Has its quotes, so that it can serve as an ETag as it is.
    std::string version(const std::string& topic) const;
    // Returns when version(topic) != seen, when the limit is over, or at once after release().
    Task<> wait(std::string topic, std::string seen, std::chrono::seconds limit);
    // The service is going: whoever waits is answered now.
    void release();

private:
    struct Topic;
    Topic& topicOf(const std::string& name);

    asio::io_context& m_context;
    std::string m_life;
    std::map<std::string, std::shared_ptr<Topic>> m_topics;
    bool m_isReleased = false;
};

} // namespace runyard::local
