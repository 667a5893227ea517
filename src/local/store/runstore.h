#pragma once

#include "runs.h"

namespace runyard::local {

class Changes;

// Runs as rows of the store.
class RunStore : public Runs {
public:
    RunStore(Store& store, Changes& changes) : m_store(store), m_changes(changes) {}

    Task<Result<RunRecord>> create(RunRecord record, std::string experimentName) override;
    Task<Result<>> change(std::string id, RunChange change) override;
    std::optional<RunRecord> get(const std::string& id) override;
    std::vector<RunRecord> unfinished() override;
    Task<Result<std::string>> record(std::string id) override;

private:
    Store& m_store;
    Changes& m_changes;
};

} // namespace runyard::local
