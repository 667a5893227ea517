#pragma once

#include "api/environment.h"
#include "core/result.h"
#include "core/task.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace runyard::local {

struct BuiltEnvironment {
    std::string key;                // content hash
    std::filesystem::path folder;   // a virtual environment
    std::filesystem::path python;   // its interpreter
    bool wasCached = false;
};

// Python environments of runs, built by uv, named by the hash of what they are made of, built once under a lock.
class Environments {
public:
    using Log = std::function<void(std::string_view)>;

    Environments(asio::io_context& context, std::filesystem::path folder);
    ~Environments();

    // Answers at once from what was built before, else builds; `log` hears uv's words as they come.
    Task<Result<BuiltEnvironment>> prepare(api::EnvironmentRequest request, Log log);
    // Whether prepare() would answer at once.
    Task<bool> isBuilt(api::EnvironmentRequest request);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
