// Bodies of the MLflow and the ARM routes.
#include "target.h"

#include "api/json.h"
#include "local/tracking/batch.h"
#include "local/tracking/lenientjson.h"

namespace {

using namespace runyard;
using runyard::fuzz::wanted;

constexpr const char* scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

void lenient(std::string_view text)
{
    const auto json = local::parseLenient(text);
    if (!json)
        return;
    const std::string written = local::toPythonText(*json);
    const auto again = local::parseLenient(written);
    wanted(again.has_value(), "what is written can be read", written);
    wanted(local::toPythonText(*again) == written, "what is read is what was written", written);
    wanted(!local::Json::parse(local::toText(*json), nullptr, false).is_discarded(), "what other clients get is JSON", written);
}

void checkBatch(const Result<local::Batch>& batch)
{
    if (!batch)
        return wanted(!batch.error().message.empty(), "a refusal says why");
    wanted(!batch->runId.empty(), "a batch is of a run");
    wanted(batch->metrics.size() <= 1000 && batch->params.size() <= 100 && batch->tags.size() <= 100, "a batch is within MLflow's limits");
    for (const auto& metric : batch->metrics)
        wanted(!metric.key.empty() && metric.key.size() <= 250 && metric.point.time >= 0, "a metric has a name and a time", metric.key);
    for (const auto& [key, value] : batch->params)
        wanted(!key.empty() && value.size() <= 6000, "a parameter is within MLflow's limits", key);
}

void call(const std::string& text)
{
    checkBatch(local::readBatch(text));
    const auto json = local::parseLenient(text);
    if (json && json->is_object())
        checkBatch(local::readMetricCall(*json));
}

void fields(std::string_view text)
{
    const auto json = local::parseLenient(text);
    if (!json || !json->is_object())
        return;
    local::Fields fields(*json);
    for (const auto& item : json->items()) {
        fields.needText(item.key());
        fields.needInteger(item.key());
        fields.needNumber(item.key());
        fields.flag(item.key());
        fields.texts(item.key());
        fields.pairs(item.key());
    }
    wanted(!fields.error() || !fields.error()->message.empty(), "a refusal says why");
}

template<typename... Scope>
std::string shown(const auto& value, Scope... names)
{
    return api::toJson(value, names...).dump(-1, ' ', false, api::Json::error_handler_t::replace);
}

// What was read, written and read once more is the same.
template<typename T, typename... Scope>
void resource(const std::string& text, Scope... names)
{
    const auto value = api::read<T>(text);
    if (!value)
        return;
    const std::string written = shown(*value, names...);
    const auto again = api::read<T>(written);
    wanted(again.has_value(), "what is written can be read", written);
    const std::string rewritten = shown(*again, names...);
    wanted(rewritten == written, "what is read is what was written", written + '\n' + rewritten);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::string text(input.text);
    switch (input.choice) {
    case 'l': lenient(text); break;
    case 'b': call(text); break;
    case 'f': fields(text); break;
    case 'w': resource<api::Workspace>(text); break;
    case 'd': resource<api::Datastore>(text, scope); break;
    case 'c': resource<api::Compute>(text, scope); break;
    case 'n': (void)api::read<api::Page<api::ComputeNode>>(text); break;
    case 'e': resource<api::EnvironmentVersion>(text, scope); break;
    case 'j': resource<api::Job>(text, scope); break;
    case 'r': resource<api::RunDetails>(text); break;
    case 'm': resource<api::ModelVersion>(text, scope); break;
    case 'M': resource<api::ModelContainer>(text, scope); break;
    case 'o': resource<api::CodeVersion>(text, scope); break;
    case 'p': resource<api::PendingUpload>(text); break;
    case 'x': resource<api::Experiment>(text); break;
    case 'y': (void)api::read<api::Page<api::Job>>(text); break;
    default: (void)api::errorMessage(text); break;
    }
    return 0;
}
