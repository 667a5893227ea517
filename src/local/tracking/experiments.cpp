#include "calls.h"

#include "local/server/changes.h"
#include "local/store/registryrecords.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

constexpr std::size_t NameLimit = 500;
constexpr std::size_t TagKeyLimit = 250;
constexpr std::size_t TagValueLimit = 20'000;

Result<> checkName(const std::string& name)
{
    if (!name.empty() && name.find_first_not_of(" \t\r\n") == std::string::npos)
        return failure(Error::Code::Invalid, "Invalid experiment name: '" + name + "'");
    if (name.size() > NameLimit)
        return failure(Error::Code::Invalid, "'name' exceeds the maximum length of " + std::to_string(NameLimit) + " characters");
    return {};
}

Result<> setTag(Database& database, std::int64_t experiment, const std::string& key, const std::string& value)
{
    if (key.size() > TagKeyLimit)
        return failure(Error::Code::Invalid, "'key' exceeds the maximum length of " + std::to_string(TagKeyLimit) + " characters");
    if (value.size() > TagValueLimit)
        return failure(Error::Code::Invalid, "'value' exceeds the maximum length of " + std::to_string(TagValueLimit) + " characters");
    database.run("INSERT INTO experimentTags(experiment, key, value) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", experiment, key, value);
    return {};
}

Task<Result<std::string>> create(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string location = fields.text("artifact_location");
    std::vector<std::pair<std::string, std::string>> tags;
    for (const Json& tag : fields.list("tags")) {
        Fields inner = fields.element(tag, "tags[" + std::to_string(tags.size()) + "]");
        tags.emplace_back(inner.needText("key"), inner.text("value"));
        fields.adopt(inner);
    }
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkName(name); !good)
        co_return Failure(good.error());
    if (location.starts_with("runs:"))
        co_return failure(Error::Code::Invalid, "Artifact location cannot be a runs:/ URI. Given: '" + location + "'");
    std::function<Result<std::string>(Database&)> operation = [=](Database& database) -> Result<std::string> {
        const auto made = insertExperiment(database, name, location);
        if (!made)
            return Failure(made.error());
        for (const auto& [key, value] : tags) {
            if (auto set = setTag(database, made->id, key, value); !set)
                return Failure(set.error());
        }
        if (auto kept = keepExperiment(database, made->id); !kept)
            return Failure(kept.error());
        return toText(Json{{"experiment_id", std::to_string(made->id)}});
    };
    co_return co_await parts.store.write<std::string>(std::move(operation));
}

Task<Result<std::string>> get(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("experiment_id");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto found = knownExperiment(database, id);
    if (!found)
        co_return Failure(found.error());
    co_return toText(Json{{"experiment", experimentJson(database, *found)}});
}

Task<Result<std::string>> getByName(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("experiment_name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto found = findExperiment(database, name);
    if (!found)
        co_return failure(Error::Code::NotFound, "Could not find experiment with name '" + name + "'");
    co_return toText(Json{{"experiment", experimentJson(database, *found)}});
}

using ExperimentWork = std::function<Result<>(Database&, const ExperimentRow&)>;

// Changes an experiment by its id; only the workspace's owner may.
Task<Result<std::string>> change(TrackingParts parts, Asked asked, std::string id, ExperimentWork work)
{
    if (asked.who.kind == Identity::Kind::Run)
        co_return failure(Error::Code::Forbidden, "The token of a run may not change experiments.");
    std::function<Result<>(Database&)> operation = [id, work](Database& database) -> Result<> {
        const auto found = knownExperiment(database, id);
        if (!found)
            return Failure(found.error());
        database.run("UPDATE experiments SET modified = ? WHERE id = ?", nowMillis(), found->id);
        const auto done = work(database, *found);
        return done ? keepExperiment(database, found->id) : done;
    };
    const auto done = co_await parts.store.write<void>(std::move(operation));
    if (!done)
        co_return Failure(done.error());
    parts.changes.touch("workspace");
    co_return std::string("{}");
}

Task<Result<std::string>> update(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("experiment_id");
    const std::string name = fields.text("new_name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkName(name); !good)
        co_return Failure(good.error());
    ExperimentWork work = [name](Database& database, const ExperimentRow& experiment) -> Result<> {
        if (experiment.isDeleted)
            return failure(Error::Code::Invalid, "Cannot rename a non-active experiment.");
        if (name.empty() || name == experiment.name)
            return {};
        if (findExperiment(database, name))
            return failure(Error::Code::Conflict, "Experiment(name=" + name + ") already exists.");
        database.run("UPDATE experiments SET name = ? WHERE id = ?", name, experiment.id);
        return {};
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> setDeleted(TrackingParts parts, Asked asked, bool isDeleted)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("experiment_id");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ExperimentWork work = [isDeleted](Database& database, const ExperimentRow& experiment) -> Result<> {
        if (isDeleted && experiment.id == 0)
            return failure(Error::Code::Invalid, "The experiment 'Default' cannot be deleted.");
        if (experiment.isDeleted == isDeleted)
            return failure(Error::Code::NotFound, "No Experiment with id=" + std::to_string(experiment.id) + " exists");
        database.run("UPDATE experiments SET isDeleted = ? WHERE id = ?", isDeleted ? 1 : 0, experiment.id);
        database.run("UPDATE runs SET isDeleted = ? WHERE experiment = ?", isDeleted ? 1 : 0, experiment.id);
        return {};
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> remove(TrackingParts parts, Asked asked) { co_return co_await setDeleted(parts, std::move(asked), true); }
Task<Result<std::string>> restoreAgain(TrackingParts parts, Asked asked) { co_return co_await setDeleted(parts, std::move(asked), false); }

Task<Result<std::string>> setExperimentTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("experiment_id");
    const std::string key = fields.needText("key");
    const std::string value = fields.text("value");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ExperimentWork work = [key, value](Database& database, const ExperimentRow& experiment) { return setTag(database, experiment.id, key, value); };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> deleteExperimentTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("experiment_id");
    const std::string key = fields.needText("key");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ExperimentWork work = [key](Database& database, const ExperimentRow& experiment) -> Result<> {
        if (database.run("DELETE FROM experimentTags WHERE experiment = ? AND key = ?", experiment.id, key) == 0)
            return failure(Error::Code::NotFound, "No tag with name: " + key + " in experiment with id " + std::to_string(experiment.id));
        return {};
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

} // namespace

void addExperimentCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "experiments/create", create);
    addCall(router, parts, "GET", "experiments/get", get);
    addCall(router, parts, "GET", "experiments/get-by-name", getByName);
    addCall(router, parts, "POST", "experiments/update", update);
    addCall(router, parts, "POST", "experiments/delete", remove);
    addCall(router, parts, "POST", "experiments/restore", restoreAgain);
    addCall(router, parts, "POST", "experiments/set-experiment-tag", setExperimentTag);
    addCall(router, parts, "POST", "experiments/delete-experiment-tag", deleteExperimentTag);
}

} // namespace runyard::local
