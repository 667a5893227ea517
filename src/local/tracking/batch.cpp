#include "batch.h"

#include "jsonreader.h"

#include <set>

namespace runyard::local {

namespace {

constexpr std::size_t MetricLimit = 1000;
constexpr std::size_t TextLimit = 100;
constexpr std::size_t ParamValueLimit = 6000;
constexpr std::size_t TagValueLimit = 8000;

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A number, or a text that holds one.
bool readDigits(JsonReader& reader, std::string& held, std::string_view& digits)
{
    if (reader.peek() != JsonReader::Kind::Text)
        return reader.readNumber(digits);
    const bool isRead = reader.readText(held);
    digits = held;
    return isRead;
}

// What a metric may say of a logged model; null where it says nothing.
bool readModelField(JsonReader& reader, const std::string& key, ModelMetric& metric)
{
    std::string& place = key == "model_id" ? metric.model : key == "dataset_name" ? metric.dataset : metric.digest;
    return reader.peek() == JsonReader::Kind::Text ? reader.readText(place) : reader.skip();
}

bool readField(JsonReader& reader, const std::string& key, MetricValue& value, ModelMetric& model, unsigned& found)
{
    std::string held;
    std::string_view digits;
    if (key == "key") {
        found |= 1;
        return reader.peek() == JsonReader::Kind::Text && reader.readText(value.key);
    }
    if (key != "value" && key != "timestamp" && key != "step")
        return key == "model_id" || key == "dataset_name" || key == "dataset_digest" ? readModelField(reader, key, model) : reader.skip();
    if (!readDigits(reader, held, digits))
        return false;
    if (key == "value") {
        const auto real = JsonReader::toDouble(digits);
        value.point.value = real.value_or(0);
        found |= 2;
        return real.has_value();
    }
    const auto whole = JsonReader::toInteger(digits);
    (key == "step" ? value.point.step : value.point.time) = whole.value_or(0);
    found |= key == "step" ? 0u : 4u;
    return whole.has_value();
}

bool readMetrics(JsonReader& reader, Batch& batch)
{
    std::string key;
    if (!reader.enterArray())
        return false;
    while (reader.nextElement()) {
        MetricValue value;
        ModelMetric model;
        unsigned found = 0;
        if (!reader.enterObject())
            return false;
        while (reader.nextKey(key)) {
            if (!readField(reader, key, value, model, found))
                return false;
        }
        if (found != 7 || value.key.empty())
            return false;
        if (!model.model.empty()) {
            model.value = value;
            batch.modelMetrics.push_back(std::move(model));
        }
        batch.metrics.push_back(std::move(value));
    }
    return !reader.hasFailed();
}

bool readPairs(JsonReader& reader, Pairs& pairs)
{
    std::string key;
    if (!reader.enterArray())
        return false;
    while (reader.nextElement()) {
        std::pair<std::string, std::string> pair;
        if (!reader.enterObject())
            return false;
        while (reader.nextKey(key)) {
            const bool isKnown = key == "key" || key == "value";
            if (!(isKnown ? reader.peek() == JsonReader::Kind::Text && reader.readText(key == "key" ? pair.first : pair.second) : reader.skip()))
                return false;
        }
        if (pair.first.empty())
            return false;
        pairs.push_back(std::move(pair));
    }
    return !reader.hasFailed();
}

bool readFast(const std::string& body, Batch& batch)
{
    JsonReader reader(body);
    std::string key;
    std::string oldId;
    if (reader.peek() != JsonReader::Kind::Object || !reader.enterObject())
        return false;
    while (reader.nextKey(key)) {
        bool isRead = false;
        if (key == "run_id" || key == "run_uuid")
            isRead = reader.readText(key == "run_id" ? batch.runId : oldId);
        else if (key == "metrics")
            isRead = readMetrics(reader, batch);
        else if (key == "params")
            isRead = readPairs(reader, batch.params);
        else if (key == "tags")
            isRead = readPairs(reader, batch.tags);
        else
            isRead = reader.skip();
        if (!isRead)
            return false;
    }
    if (batch.runId.empty())
        batch.runId = oldId;
    return reader.atEnd() && !batch.runId.empty();
}

void addMetric(Fields& fields, Batch& batch)
{
    MetricValue value;
    value.key = fields.needText("key");
    value.point.value = fields.needNumber("value");
    value.point.time = fields.needInteger("timestamp");
    value.point.step = fields.integer("step");
    const std::string model = fields.text("model_id");
    const std::string dataset = fields.text("dataset_name");
    if (!model.empty())
        batch.modelMetrics.push_back(ModelMetric{model, value, dataset, fields.text("dataset_digest")});
    batch.metrics.push_back(std::move(value));
}

Pairs pairsOf(Fields& fields, const std::string& name)
{
    Pairs pairs;
    for (const Json& element : fields.list(name)) {
        Fields inner = fields.element(element, name + "[" + std::to_string(pairs.size()) + "]");
        const std::string key = inner.needText("key");
        pairs.emplace_back(key, inner.text("value"));
        fields.adopt(inner);
    }
    return pairs;
}

Result<Batch> readSlowly(const std::string& body)
{
    auto json = parseLenient(body);
    if (json && json->is_string())
        json = parseLenient(json->get<std::string>());
    const Json object = json && json->is_object() ? *json : Json::object();
    Fields fields(object);
    Batch batch;
    batch.runId = fields.needRunId();
    for (const Json& element : fields.list("metrics")) {
        Fields inner = fields.element(element, "metrics[" + std::to_string(batch.metrics.size()) + "]");
        addMetric(inner, batch);
        fields.adopt(inner);
    }
    batch.params = pairsOf(fields, "params");
    batch.tags = pairsOf(fields, "tags");
    if (auto fault = fields.error())
        return Failure(*fault);
    return batch;
}

Error tooMany(const char* what, std::size_t limit, std::size_t got)
{
    return Error{Error::Code::Invalid, "A batch logging request can contain at most " + std::to_string(limit) + " " + what + ". Got " + std::to_string(got) + " " + what
                     + ". Please split up " + what + " across multiple requests and try again.", {}};
}

Result<> checkSizes(const Batch& batch)
{
    if (batch.metrics.size() > MetricLimit)
        return Failure(tooMany("metrics", MetricLimit, batch.metrics.size()));
    if (batch.params.size() > TextLimit)
        return Failure(tooMany("params", TextLimit, batch.params.size()));
    if (batch.tags.size() > TextLimit)
        return Failure(tooMany("tags", TextLimit, batch.tags.size()));
    const std::size_t total = batch.metrics.size() + batch.params.size() + batch.tags.size();
    if (total > MetricLimit)
        return Failure(tooMany("metrics, params, and tags", MetricLimit, total));
    return {};
}

// Cuts a text without leaving half a character.
void cut(std::string& text, std::size_t limit)
{
    if (text.size() <= limit)
        return;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80)
        --limit;
    text.resize(limit);
}

Result<> checkPairs(Pairs& pairs, const std::string& name, std::size_t valueLimit, Place place)
{
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const std::string path = place == Place::Only ? "key" : name + "[" + std::to_string(i) + "].key";
        if (auto good = checkKey(pairs[i].first, path); !good)
            return good;
        cut(pairs[i].second, valueLimit);
    }
    return {};
}

} // namespace

Result<> checkBatch(Batch& batch, Place place)
{
    if (auto good = checkSizes(batch); !good)
        return good;
    const std::string* last = nullptr;
    for (std::size_t i = 0; i < batch.metrics.size(); ++i) {
        const MetricValue& value = batch.metrics[i];
        const auto path = [&] { return place == Place::Only ? std::string() : "metrics[" + std::to_string(i) + "]."; };
        if (value.point.time < 0)
            return failure(Error::Code::Invalid, "Invalid value " + std::to_string(value.point.time) + " for parameter '" + path() + "timestamp' supplied: metric '" + value.key
                           + "'. Timestamp must be a nonnegative long (64-bit integer) ");
        if (last && *last == value.key)
            continue;  // a batch is mostly one or few names
        if (auto good = checkKey(value.key, path() + "name"); !good)
            return good;
        last = &value.key;
    }
    std::set<std::string_view> seen;
    for (const auto& [key, value] : batch.params) {
        if (!seen.insert(key).second)
            return failure(Error::Code::Invalid, "Duplicate parameter keys have been submitted: ['" + key + "']. Please ensure the request contains only one param value per param key.");
    }
    if (auto good = checkPairs(batch.params, "params", ParamValueLimit, place); !good)
        return good;
    return checkPairs(batch.tags, "tags", TagValueLimit, place);
}

Result<Batch> readBatch(const std::string& body)
{
    Batch batch;
    if (!readFast(body, batch)) {
        auto slow = readSlowly(body);
        if (!slow)
            return slow;
        batch = std::move(*slow);
    }
    if (auto good = checkBatch(batch); !good)
        return Failure(good.error());
    return batch;
}

Result<Batch> readMetricCall(const Json& body)
{
    Fields fields(body);
    Batch batch;
    batch.runId = fields.needRunId();
    addMetric(fields, batch);
    if (auto fault = fields.error())
        return Failure(*fault);
    if (auto good = checkBatch(batch, Place::Only); !good)
        return Failure(good.error());
    return batch;
}

} // namespace runyard::local
