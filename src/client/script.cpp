#include "script.h"

#include "api/jsonhelp.h"
#include "core/files.h"
#include "core/process.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace runyard::client {

namespace fs = std::filesystem;
using api::Json;

namespace {

constexpr std::size_t MostSeen = 200;

std::string textOf(const Json& value)
{
    return value.is_null() ? std::string() : value.is_string() ? value.get<std::string>() : value.dump();
}

ScriptLook::Option optionOf(const Json& json)
{
    ScriptLook::Option entry;
    entry.takesValue = api::flag(json, "takes_value", true);
    entry.option.name = api::text(json, "name");
    entry.option.type = entry.takesValue ? api::text(json, "type", "str") : "flag";
    entry.option.fallback = textOf(api::child(json, "default"));
    entry.option.help = textOf(api::child(json, "help"));
    entry.option.isRequired = api::flag(json, "required");
    for (const Json& flag : api::child(json, "flags"))
        entry.flags.push_back(textOf(flag));
    if (const Json& choices = api::child(json, "choices"); choices.is_array()) {
        for (const Json& choice : choices)
            entry.option.choices.push_back(textOf(choice));
    }
    return entry;
}

ScriptLook read(const std::string& output)
{
    ScriptLook look;
    const auto json = api::read<Json>(output);
    if (!json)
        return look;
    look.isKnown = true;
    for (const Json& error : api::child(*json, "errors"))
        look.errors.push_back("“" + api::text(error, "file") + "”, line " + api::text(error, "line") + ": " + api::text(error, "message") + ".");
    for (const Json& option : api::child(*json, "options"))
        look.options.push_back(optionOf(option));
    return look;
}

bool isInteger(const std::string& text)
{
    std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return at < text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), [](unsigned char c) { return std::isdigit(c) || c == '_'; });
}

bool isFloat(const std::string& text)
{
    char* end = nullptr;
    std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size();
}

} // namespace

Task<ScriptLook> ScriptReader::look(fs::path script, std::string fingerprint)
{
    const std::string key = script.string() + '\n' + fingerprint;
    if (const auto seen = m_seen.find(key); seen != m_seen.end())
        co_return seen->second;
    ScriptLook look;
    for (const char* python : {"python3", "/usr/bin/python3"}) {  // what is first in the path may be broken
        Command command;
        command.argv.assign({python, "-I", "-S", (resourceFolder() / "python" / "inspect_script.py").string(), script.string()});
        command.limit = std::chrono::seconds(3);
        auto ran = co_await runCommand(std::move(command));
        if (ran && ran->exitCode == 0)
            look = read(ran->output);
        if (look.isKnown)
            break;
    }
    const auto text = readFile(script, 4u << 20);
    look.isOpen = text && text->find("parse_known_args") != std::string::npos;
    if (m_seen.size() >= MostSeen)
        m_seen.clear();
    if (look.isKnown)
        m_seen[key] = look;
    co_return look;
}

namespace {

std::string valueFault(const ScriptParameter& parameter, const ScriptLook::Option& known)
{
    const ScriptOption& option = known.option;
    const bool isData = parameter.kind != ScriptParameter::Kind::Literal;
    if (!known.takesValue)
        return isData || !parameter.value.empty() ? "“" + parameter.name + "” is a switch and takes no value; leave the value empty." : std::string();
    if (parameter.value.empty())
        return "“" + parameter.name + "” needs a value.";
    if (isData)
        return {};
    if (option.type == "int" && !isInteger(parameter.value))
        return "“" + parameter.name + "” takes a whole number; “" + parameter.value + "” is none.";
    if (option.type == "float" && !isFloat(parameter.value))
        return "“" + parameter.name + "” takes a number; “" + parameter.value + "” is none.";
    if (option.choices.empty() || std::find(option.choices.begin(), option.choices.end(), parameter.value) != option.choices.end())
        return {};
    std::string list;
    for (const std::string& choice : option.choices)
        list += (list.empty() ? "" : ", ") + choice;
    return "“" + parameter.name + "” takes one of " + list + ".";
}

const ScriptLook::Option* optionFor(const std::string& name, const ScriptLook& script)
{
    const auto found = std::find_if(script.options.begin(), script.options.end(), [&](const ScriptLook::Option& option) {
        return option.option.name == name || std::find(option.flags.begin(), option.flags.end(), name) != option.flags.end();
    });
    return found == script.options.end() ? nullptr : &*found;
}

Check problem(Check::Level level, std::string sentence, int row)
{
    return Check{level, Check::Field::Parameters, std::move(sentence), row};
}

} // namespace

std::vector<Check> checkParameters(const std::vector<ScriptParameter>& parameters, const ScriptLook& script)
{
    std::vector<Check> checks;
    std::vector<std::string> given;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const ScriptParameter& parameter = parameters[i];
        const int row = static_cast<int>(i);
        if (parameter.name.find_first_of(" \t\n='\"") != std::string::npos)
            checks.push_back(problem(Check::Level::Error, "The name “" + parameter.name + "” cannot contain spaces, quotes or “=”.", row));
        if (parameter.name.empty() && parameter.value.empty())
            checks.push_back(problem(Check::Level::Error, "This parameter has neither a name nor a value; fill it in or remove it.", row));
        if (!parameter.name.empty() && std::find(given.begin(), given.end(), parameter.name) != given.end())
            checks.push_back(problem(Check::Level::Warning, "“" + parameter.name + "” is given twice.", row));
        given.push_back(parameter.name);
        if (!script.isKnown || !script.errors.empty() || !parameter.name.starts_with('-'))
            continue;
        const auto* option = optionFor(parameter.name, script);
        if (option) {
            given.push_back(option->option.name);
            if (auto fault = valueFault(parameter, *option); !fault.empty())
                checks.push_back(problem(Check::Level::Error, std::move(fault), row));
        } else if (!script.options.empty()) {
            const auto level = script.isOpen ? Check::Level::Warning : Check::Level::Error;
            checks.push_back(problem(level, "The script has no option “" + parameter.name + "”.", row));
        }
    }
    const bool hasPositional = std::any_of(parameters.begin(), parameters.end(), [](const ScriptParameter& p) { return !p.name.starts_with('-'); });
    for (const auto& known : script.options) {
        const bool isGiven = std::find(given.begin(), given.end(), known.option.name) != given.end();
        if (known.option.isRequired && !isGiven && (known.option.name.starts_with('-') || !hasPositional))
            checks.push_back(problem(Check::Level::Error, "The script requires “" + known.option.name + "”; add it.", -1));
    }
    return checks;
}

} // namespace runyard::client
