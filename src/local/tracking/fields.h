#pragma once

#include "lenientjson.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace runyard::local {

// The fields of an MLflow request, checked as MLflow checks them and complained about in its words. The first mistake is kept;
// look at error() after the last field was asked for.
class Fields {
public:
    explicit Fields(const Json& body) : m_body(body) {}

    std::string needText(const std::string& name);
    std::string needRunId();  // run_id, or its old name run_uuid
    std::int64_t needInteger(const std::string& name);
    double needNumber(const std::string& name);
    std::string text(const std::string& name, std::string fallback = {});
    std::optional<std::string> optionalText(const std::string& name);
    std::int64_t integer(const std::string& name, std::int64_t fallback = 0);
    bool flag(const std::string& name);  // true, "true"; false where missing
    std::vector<std::string> texts(const std::string& name);
    std::vector<std::pair<std::string, std::string>> pairs(const std::string& name);  // a list of {"key", "value"}
    const Json& list(const std::string& name);  // an array, empty where missing
    bool has(const std::string& name) const;

    std::optional<Error> error() const { return m_error; }

    // The fields of an element of a list, for complaints named "metrics[3].key".
    Fields element(const Json& body, const std::string& path) const;
    void adopt(const Fields& inner);  // its mistake, where this has none
    void refuse(std::string message);

private:
    const Json* find(const std::string& name) const;
    void missing(const std::string& name);
    void wrongType(const std::string& name, const Json& value);

    Json m_body;
    std::string m_path;
    std::optional<Error> m_error;
};

// Whether a key may name a metric, parameter or tag: its characters, its form as a path, its length.
Result<> checkKey(const std::string& key, const std::string& parameter);

} // namespace runyard::local
