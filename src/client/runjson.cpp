#include "runjson.h"

#include "api/jsonhelp.h"

#include <limits>

namespace runyard::client {

using api::Json;

namespace {

double valueOf(const Json& json)
{
    if (json.is_number())
        return json.get<double>();
    const std::string text = json.is_string() ? json.get<std::string>() : std::string();
    if (text == "Infinity" || text == "inf")
        return std::numeric_limits<double>::infinity();
    if (text == "-Infinity" || text == "-inf")
        return -std::numeric_limits<double>::infinity();
    return text.empty() || text == "NaN" || text == "nan" ? std::numeric_limits<double>::quiet_NaN() : std::strtod(text.c_str(), nullptr);
}

// JSON has no NaN and no infinities; who writes them bare all the same gets them quoted.
std::string withQuotedTokens(const std::string& body)
{
    std::string text;
    text.reserve(body.size() + 64);
    bool isInString = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (isInString && c == '\\' && i + 1 < body.size()) {
            text += c;
            text += body[++i];
            continue;
        }
        if (c == '"')
            isInString = !isInString;
        bool isToken = false;
        for (const std::string_view token : {"-Infinity", "Infinity", "NaN"}) {
            if (isInString || isToken || std::string_view(body).substr(i, token.size()) != token)
                continue;
            text += '"' + std::string(token) + '"';
            i += token.size() - 1;
            isToken = true;
        }
        if (!isToken)
            text += c;
    }
    return text;
}

bool hasBareTokens(const std::string& body)
{
    return body.find(":NaN") != std::string::npos || body.find(": NaN") != std::string::npos || body.find("Infinity") != std::string::npos;
}

api::RunSummary summaryOf(const Json& json)
{
    const Json& info = api::child(json, "info");
    const Json& data = api::child(json, "data");
    api::RunSummary run;
    run.id = api::text(info, "run_id", api::text(info, "run_uuid"));
    run.name = api::text(info, "run_name");
    run.experimentId = api::text(info, "experiment_id");
    run.status = azureStatus(api::text(info, "status"));
    run.user = api::text(info, "user_id");
    run.started = api::number(info, "start_time");
    run.ended = api::number(info, "end_time");
    for (const Json& metric : api::child(data, "metrics"))
        run.metrics[api::text(metric, "key")] = valueOf(api::child(metric, "value"));
    for (const Json& param : api::child(data, "params"))
        run.params[api::text(param, "key")] = api::text(param, "value");
    for (const Json& tag : api::child(data, "tags"))
        run.tags[api::text(tag, "key")] = api::text(tag, "value");
    return run;
}

} // namespace

std::string azureStatus(const std::string& mlflow)
{
    if (mlflow == "RUNNING")
        return "Running";
    if (mlflow == "SCHEDULED")
        return "Queued";
    if (mlflow == "FINISHED")
        return "Completed";
    if (mlflow == "FAILED")
        return "Failed";
    return mlflow == "KILLED" ? "Canceled" : mlflow;
}

void from_json(const Json& json, RunPage& page)
{
    for (const Json& run : api::child(json, "runs"))
        page.runs.push_back(summaryOf(run));
    page.next = api::text(json, "next_page_token");
}

void from_json(const Json& json, ExperimentPage& page)
{
    for (const Json& experiment : api::child(json, "experiments"))
        page.experiments.push_back(experiment.get<api::Experiment>());
    page.next = api::text(json, "next_page_token");
}

Result<RunPage> readRuns(const std::string& body)
{
    return api::read<RunPage>(hasBareTokens(body) ? withQuotedTokens(body) : body);
}

Result<api::MetricPage> readMetrics(const std::string& body)
{
    const auto json = api::read<Json>(hasBareTokens(body) ? withQuotedTokens(body) : body);
    if (!json)
        return Failure(json.error());
    api::MetricPage page;
    for (const Json& metric : api::child(*json, "metrics"))
        page.points.push_back({api::number(metric, "step"), api::number(metric, "timestamp"), valueOf(api::child(metric, "value"))});
    page.next = api::text(*json, "next_page_token");
    return page;
}

} // namespace runyard::client
