#include "fields.h"

#include "jsonreader.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace runyard::local {

namespace {

constexpr const char* SeeDocs = " See the API docs for more information about request parameters.";
constexpr std::size_t KeyLimit = 250;

const char* pythonType(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::object: return "dict";
    case Json::value_t::array: return "list";
    case Json::value_t::string: return "str";
    case Json::value_t::boolean: return "bool";
    case Json::value_t::number_float: return "float";
    case Json::value_t::null: return "NoneType";
    default: return "int";
    }
}

std::optional<std::int64_t> asInteger(const Json& value)
{
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    if (value.is_string())
        return JsonReader::toInteger(value.get<std::string>());
    if (value.is_number_float())
        return JsonReader::toInteger(value.dump());
    return std::nullopt;
}

std::optional<double> asNumber(const Json& value)
{
    if (value.is_number())
        return value.get<double>();
    if (value.is_string())
        return JsonReader::toDouble(value.get<std::string>());
    return std::nullopt;
}

} // namespace

const Json* Fields::find(const std::string& name) const
{
    const auto found = m_body.find(name);
    return found == m_body.end() || found->is_null() ? nullptr : &*found;
}

bool Fields::has(const std::string& name) const { return find(name) != nullptr; }

void Fields::refuse(std::string message)
{
    if (!m_error)
        m_error = Error{Error::Code::Invalid, std::move(message), {}};
}

void Fields::missing(const std::string& name)
{
    refuse("Missing value for required parameter '" + m_path + name + "'." + SeeDocs);
}

void Fields::wrongType(const std::string& name, const Json& value)
{
    refuse("Invalid value " + toText(value) + " for parameter '" + m_path + name + "' supplied:  Hint: Value was of type '" + pythonType(value) + "'." + SeeDocs);
}

std::string Fields::needText(const std::string& name)
{
    const Json* value = find(name);
    const bool isId = name.ends_with("experiment_id");
    if (!value || (value->is_string() && value->get_ref<const std::string&>().empty()))
        missing(name);
    else if (isId && value->is_number_integer())
        return std::to_string(value->get<std::int64_t>());
    else if (!value->is_string())
        wrongType(name, *value);
    else
        return value->get<std::string>();
    return {};
}

std::string Fields::needRunId()
{
    return !has("run_id") && has("run_uuid") ? needText("run_uuid") : needText("run_id");
}

std::int64_t Fields::needInteger(const std::string& name)
{
    const Json* value = find(name);
    if (!value)
        missing(name);
    else if (const auto whole = asInteger(*value))
        return *whole;
    else
        wrongType(name, *value);
    return 0;
}

double Fields::needNumber(const std::string& name)
{
    const Json* value = find(name);
    if (!value || (value->is_string() && value->get_ref<const std::string&>().empty()))
        missing(name);
    else if (const auto real = asNumber(*value))
        return *real;
    else
        wrongType(name, *value);
    return 0;
}

std::string Fields::text(const std::string& name, std::string fallback)
{
    return optionalText(name).value_or(std::move(fallback));
}

std::optional<std::string> Fields::optionalText(const std::string& name)
{
    const Json* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_string())
        return value->get<std::string>();
    if (name.ends_with("experiment_id") && value->is_number_integer())
        return std::to_string(value->get<std::int64_t>());
    wrongType(name, *value);
    return std::nullopt;
}

std::int64_t Fields::integer(const std::string& name, std::int64_t fallback)
{
    const Json* value = find(name);
    if (!value)
        return fallback;
    const auto whole = asInteger(*value);
    if (!whole)
        wrongType(name, *value);
    return whole.value_or(fallback);
}

bool Fields::flag(const std::string& name)
{
    const Json* value = find(name);
    if (!value)
        return false;
    if (value->is_boolean())
        return value->get<bool>();
    std::string word = value->is_string() ? value->get<std::string>() : std::string();
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (word != "true" && word != "false")
        wrongType(name, *value);
    return word == "true";
}

std::vector<std::string> Fields::texts(const std::string& name)
{
    const Json* value = find(name);
    std::vector<std::string> all;
    if (value && value->is_string())  // a query holds a single one
        all.push_back(value->get<std::string>());
    else if (value && !value->is_array())
        wrongType(name, *value);
    else if (value) {
        for (const Json& item : *value) {
            if (item.is_string())
                all.push_back(item.get<std::string>());
            else if (item.is_number_integer())
                all.push_back(std::to_string(item.get<std::int64_t>()));
            else
                wrongType(name, *value);
        }
    }
    return all;
}

const Json& Fields::list(const std::string& name)
{
    static const Json none = Json::array();
    const Json* value = find(name);
    if (!value)
        return none;
    if (value->is_array())
        return *value;
    wrongType(name, *value);
    return none;
}

Fields Fields::element(const Json& body, const std::string& path) const
{
    Fields inner(body.is_object() ? body : Json::object());
    inner.m_path = m_path + path + ".";
    return inner;
}

void Fields::adopt(const Fields& inner)
{
    if (!m_error)
        m_error = inner.m_error;
}

Result<> checkKey(const std::string& key, const std::string& parameter)
{
    const auto refused = [&](const std::string& why) {
        return failure(Error::Code::Invalid, "Invalid value " + toText(Json(key)) + " for parameter '" + parameter + "' supplied: " + why);
    };
    if (key.size() > KeyLimit)
        return failure(Error::Code::Invalid, "'" + parameter + "' exceeds the maximum length of " + std::to_string(KeyLimit) + " characters");
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isFine = byte >= 0x80 || std::isalnum(byte) || std::string_view("_-. :/").find(c) != std::string_view::npos;
        if (!isFine)
            return refused("Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).");
    }
    const std::string plain = std::filesystem::path(key).lexically_normal().string();
    if (plain != key || key.front() == '/' || key == "." || key == ".." || key.starts_with("../") || key.ends_with('/'))
        return refused("Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '" + plain + "'");
    return {};
}

} // namespace runyard::local
