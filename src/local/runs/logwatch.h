#pragma once

#include "core/task.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace runyard::local {

// Tells when logs grow: one inotify descriptor for all runs. After it told, it is silent for 2 ms, so that a flood of lines costs little
// and a lone line waits for nothing. Service io thread only.
class LogWatch {
public:
    using Grew = std::function<void(const std::string& runId)>;

    LogWatch(asio::io_context& context, Grew grew);
    ~LogWatch();

    void add(const std::string& runId, const std::filesystem::path& folder);  // all files in it, also those to come
    void remove(const std::string& runId);

private:
    struct State;
    static Task<> listen(std::shared_ptr<State> state);

    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
