#include "commandline.h"

#include <algorithm>

namespace runyard::local {

namespace {

enum class Place { Bare, Single, Double };

std::string escaped(std::string_view text, std::string_view special, std::string_view before)
{
    std::string out;
    for (const char letter : text) {
        if (special.find(letter) != std::string_view::npos)
            out += before;
        out += letter;
    }
    return out;
}

std::string wordAt(Place place, std::string_view text)
{
    if (place == Place::Double)
        return escaped(text, "\\\"$`", "\\");
    if (place == Place::Bare)
        return shellWord(text);
    std::string out;
    for (const char letter : text) {
        if (letter == '\'')
            out += "'\\'";
        out += letter;
    }
    return out;
}

Place follow(Place place, char letter)
{
    if (letter == '\'' && place != Place::Double)
        return place == Place::Single ? Place::Bare : Place::Single;
    if (letter == '"' && place != Place::Single)
        return place == Place::Double ? Place::Bare : Place::Double;
    return place;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string shellWord(std::string_view text)
{
    const auto isPlain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               std::string_view("_-./:=,+@%").find(letter) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), isPlain))
        return std::string(text);
    return '\'' + wordAt(Place::Single, text) + '\'';
}

Result<std::string> expandCommand(std::string_view command, const std::map<std::string, std::string>& values)
{
    std::string out;
    Place place = Place::Bare;
    for (std::size_t at = 0; at < command.size();) {
        if (command.substr(at, 3) != "${{") {
            // A backslash takes the meaning from the next letter, but not in single quotes.
            if (command[at] == '\\' && place != Place::Single && at + 1 < command.size())
                out += command[at++];
            else
                place = follow(place, command[at]);
            out += command[at++];
            continue;
        }
        const auto end = command.find("}}", at);
        if (end == std::string_view::npos)
            return failure(Error::Code::Invalid, "The command has “${{” without “}}”.", std::string(command));
        const std::string name(trimmed(command.substr(at + 3, end - at - 3)));
        const auto found = values.find(name);
        if (found == values.end())
            return failure(Error::Code::Invalid, "The command names “" + name + "”, which the job does not have. Add it to the job or take it out of the command.");
        out += wordAt(place, found->second);
        at = end + 2;
    }
    return out;
}

} // namespace runyard::local
