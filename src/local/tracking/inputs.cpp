// What a run used: datasets, and models that were logged before.
#include "calls.h"
#include "loggedmodels.h"

#include "local/store/store.h"

namespace runyard::local {

namespace {

constexpr std::size_t InputLimit = 1000;
constexpr std::size_t ExperimentLimit = 20;
constexpr int SummaryLimit = 1000;
constexpr std::size_t TagKeyLimit = 255;
constexpr std::size_t TagValueLimit = 500;

struct Limited {
    const char* name;
    std::size_t limit;
    enum class Need { Yes, No } need;
};

constexpr Limited DatasetFields[] = {{"name", 500, Limited::Need::Yes}, {"digest", 36, Limited::Need::Yes}, {"source_type", 65'535, Limited::Need::Yes},
                                     {"source", 65'535, Limited::Need::Yes}, {"schema", 1'048'575, Limited::Need::No}, {"profile", 16'777'215, Limited::Need::No}};

void refuseLong(Fields& fields, const std::string& name, const std::string& value, std::size_t limit)
{
    if (value.size() > limit)
        fields.refuse("'" + name + "' exceeds the maximum length of " + std::to_string(limit) + " characters");
}

void checkDataset(Fields& fields, const Json& input, const std::string& path)
{
    const Json dataset = input.is_object() ? input.value("dataset", Json::object()) : Json::object();
    Fields inner = fields.element(dataset, path + ".dataset");
    for (const Limited& field : DatasetFields)
        refuseLong(inner, field.name, field.need == Limited::Need::Yes ? inner.needText(field.name) : inner.text(field.name), field.limit);
    fields.adopt(inner);
    Fields outer = fields.element(input, path);
    for (const Json& tag : outer.list("tags")) {
        Fields pair = outer.element(tag, "tags[]");
        refuseLong(pair, "key", pair.needText("key"), TagKeyLimit);
        refuseLong(pair, "value", pair.text("value"), TagValueLimit);
        outer.adopt(pair);
    }
    fields.adopt(outer);
}

Task<Result<std::string>> logInputs(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    std::vector<Json> datasets;
    for (const Json& input : fields.list("datasets")) {
        checkDataset(fields, input, "datasets[" + std::to_string(datasets.size()) + "]");
        datasets.push_back(input);
    }
    std::vector<std::string> models;
    for (const Json& input : fields.list("models")) {
        Fields inner = fields.element(input, "models[" + std::to_string(models.size()) + "]");
        models.push_back(inner.needText("model_id"));
        fields.adopt(inner);
    }
    if (datasets.size() > InputLimit)
        fields.refuse("A batch logging request can contain at most 1000 datasets. Got " + std::to_string(datasets.size()) + " datasets. Please split up datasets across multiple requests and try again.");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    RunWork work = [datasets, models](Database& database, const RunRow& run) -> Result<> {
        for (const std::string& model : models)
            addRunModel(database, run.serial, RunModel::Input, model, 0);
        for (const Json& input : datasets) {
            const Json& dataset = input.at("dataset");
            database.run("INSERT INTO datasets(run, name, digest, json) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING", run.serial, dataset.at("name").get<std::string>(),
                         dataset.at("digest").get<std::string>(), toText(input));
        }
        return {};
    };
    co_return co_await changeRun(parts, id, asked.who, std::move(work));
}

// Which datasets the runs of some experiments used; a choice to filter by.
Task<Result<std::string>> searchDatasets(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const auto experiments = fields.texts("experiment_ids");
    if (experiments.empty())
        fields.refuse("SearchDatasets request must specify at least one experiment_id.");
    if (experiments.size() > ExperimentLimit)
        fields.refuse("SearchDatasets request cannot specify more than 20 experiment_ids. Received " + std::to_string(experiments.size()) + " experiment_ids.");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    Json summaries = Json::array();
    for (const std::string& text : experiments) {
        const auto experiment = knownExperiment(database, text);
        if (!experiment)
            continue;
        Statement row(database, "SELECT DISTINCT x.name, x.digest, (SELECT json_extract(t.value, '$.value') FROM json_each(x.json, '$.tags') t"
                                " WHERE json_extract(t.value, '$.key') = 'mlflow.data.context') FROM datasets x JOIN runs ON runs.serial = x.run WHERE runs.experiment = ? LIMIT ?");
        row.bind(experiment->id).bind(SummaryLimit);
        while (row.next()) {
            Json summary{{"experiment_id", std::to_string(experiment->id)}, {"name", row.text(0)}, {"digest", row.text(1)}};
            if (!row.isNull(2))
                summary["context"] = row.text(2);
            summaries.push_back(std::move(summary));
        }
    }
    co_return toText(summaries.empty() ? Json::object() : Json{{"dataset_summaries", std::move(summaries)}});
}

} // namespace

void addInputCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "runs/log-inputs", logInputs);
    addCall(router, parts, "POST", "experiments/search-datasets", searchDatasets);
}

} // namespace runyard::local
