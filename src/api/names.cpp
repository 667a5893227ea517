#include "names.h"

#include <algorithm>

namespace runyard::api {

namespace {

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

Result<> checkName(std::string_view what, std::string_view name, std::string_view extra, std::size_t limit)
{
    const std::string subject = std::string(what);
    if (name.empty())
        return failure(Error::Code::Invalid, subject + " needs a name.");
    if (name.size() > limit)
        return failure(Error::Code::Invalid, subject + "’s name has " + std::to_string(name.size()) + " characters; at most " + std::to_string(limit) + " are allowed.");
    if (!isLetter(name.front()) && !isDigit(name.front()))
        return failure(Error::Code::Invalid, subject + "’s name must begin with a letter or a digit.");
    const auto isBad = [extra](char c) { return !isLetter(c) && !isDigit(c) && extra.find(c) == std::string_view::npos; };
    const auto bad = std::find_if(name.begin(), name.end(), isBad);
    if (bad != name.end())
        return failure(Error::Code::Invalid, subject + "’s name may hold letters, digits and " + std::string(extra.size() == 1 ? "“-”" : extra.size() == 2 ? "“-”, “_”" : "“-”, “_”, “.”") + " only.");
    return {};
}

} // namespace

Result<> checkComputeName(std::string_view name)
{
    if (name.size() < 2 || name.size() > 16)
        return failure(Error::Code::Invalid, "A cluster’s name has 2 to 16 characters.");
    if (!isLetter(name.front()))
        return failure(Error::Code::Invalid, "A cluster’s name begins with a letter.");
    if (name.back() == '-')
        return failure(Error::Code::Invalid, "A cluster’s name does not end with a hyphen.");
    return checkName("A cluster", name, "-", 16);
}

Result<> checkExperimentName(std::string_view name)
{
    return checkName("An experiment", name, "-_", 255);
}

Result<> checkModelName(std::string_view name)
{
    return checkName("A model", name, "-_.", 255);
}

Result<> checkJobName(std::string_view name)
{
    return checkName("A run", name, "-_.", 255);
}

} // namespace runyard::api
