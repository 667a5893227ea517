// Small things that clients say in headers, queries and names: ranges, waits, conditions, ids of blocks, addresses of assets, packages, moments.
#include "target.h"

#include "api/packagespec.h"
#include "api/uri.h"
#include "core/hash.h"
#include "core/time.h"
#include "local/blobs/blockid.h"
#include "local/blobs/conditions.h"
#include "local/server/guard.h"
#include "local/tracking/jsonreader.h"

#include <cmath>
#include <limits>

namespace {

using namespace runyard;
using namespace runyard::local;
using runyard::fuzz::wanted;

void range(const std::string& text)
{
    Request request;
    request.headers["range"] = text;
    request.headers["prefer"] = text;
    const auto found = request.range();
    wanted(!found || (found->first >= 0 && (found->second == -1 || found->second >= found->first)), "a range goes forward", text);
    wanted(request.wait().count() >= 0 && request.wait().count() <= 60, "a wait is at most a minute", text);
    if (!found)
        return;
    request.headers["range"] = "bytes=" + std::to_string(found->first) + '-' + (found->second < 0 ? "" : std::to_string(found->second));
    wanted(request.range() == found, "a range is read as it was written", text);
}

// "name: value" lines.
void conditions(std::string_view text)
{
    Request request = toRequest("GET", "/runyard/c/b");
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        const auto colon = std::min(line.find(':'), line.size());
        request.headers[std::string(line.substr(0, colon))] = line.substr(std::min(colon + 1, line.size()));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    Standing standing;
    for (const bool isThere : {false, true}) {
        standing.isThere = isThere;
        for (const Aim aim : {Aim::Read, Aim::Write}) {
            const auto refusal = refuseByConditions(request, standing, aim);
            wanted(!refusal || refusal->status == 304 || refusal->status == 409 || refusal->status == 412, "a condition fails with 304, 409 or 412");
        }
    }
    // What names the very thing holds for reading, whatever else is said of tags.
    Request own = toRequest("GET", "/runyard/c/b");
    own.headers["if-match"] = "\"x\", " + standing.etag();
    wanted(!refuseByConditions(own, standing, Aim::Read), "a list of tags that has the own one holds");
}

void block(const std::string& text)
{
    const auto place = placeOfBlock(text);
    wanted(place.value >= 0, "a block's place is not before the blob", text);
    if (place.kind != BlockPlace::Kind::Number)
        return;
    char digits[24];
    std::snprintf(digits, sizeof digits, "%05lld", static_cast<long long>(place.value));
    const auto again = placeOfBlock(toBase64("block-" + std::string(digits)));
    wanted(again.kind == place.kind && again.value == place.value, "a block's number is read as it was written", text);
}

void address(const std::string& text)
{
    (void)api::armName(text, "computes");
    (void)api::armVersion(text);
    wanted(api::decode(api::encode(text)) == text && api::decode(api::encodePath(text)) == text, "what is encoded can be decoded", text);
    const auto uri = api::parseAssetUri(text);
    if (!uri || uri->kind != api::AssetUri::Kind::Datastore)
        return;
    const auto again = api::parseAssetUri(api::datastoreUri(uri->owner, uri->path));
    wanted(again && again->owner == uri->owner && again->path == uri->path, "an address is read as it was written", text);
}

void package(const std::string& text)
{
    const auto spec = api::parsePackageSpec(text);
    if (!spec)
        return wanted(!spec.error().message.empty(), "a refusal says why");
    const auto shown = [](const api::PackageSpec& one) {
        std::string line = one.name;
        for (std::size_t i = 0; i < one.extras.size(); ++i)
            line += (i == 0 ? "[" : ",") + one.extras[i];
        line += one.extras.empty() ? "" : "]";
        line += one.url.empty() ? one.specifiers : " @ " + one.url;
        return line + (one.marker.empty() ? "" : " ; " + one.marker);
    };
    const auto again = api::parsePackageSpec(shown(*spec));
    wanted(again && shown(*again) == shown(*spec), "a package is read as it was written", shown(*spec));
    wanted(shown(*spec).find_first_of("\r\n") == std::string::npos, "a package is one line", shown(*spec));
    const std::string name = api::normalizedPackageName(spec->name);
    wanted(api::normalizedPackageName(name) == name, "a name is normal once it is made so", name);
}

void moment(const std::string& text)
{
    const Millis read = fromIso(text);
    if (read != 0)
        wanted(fromIso(toIso(read)) == read, "a moment is read as it was written", text + " " + toIso(read));
    const auto span = fromIsoDuration(text);
    wanted(span >= -1, "a span of time is not negative", text);
    wanted(span < 0 || fromIsoDuration(toIsoDuration(span)) == span, "a span of time is read as it was written", text);
}

// As C reads it.
void number(const std::string& text)
{
    const auto read = JsonReader::toDouble(text);
    (void)JsonReader::toInteger(text);
    if (!read || text == "NaN" || text.find("Inf") != std::string::npos)
        return;
    const double other = std::strtod(text.c_str(), nullptr);
    wanted(*read == other || (std::abs(other) < std::numeric_limits<double>::min() && *read == 0), "a number is what C takes it for", text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::string text(input.text);
    switch (input.choice) {
    case 'r': range(text); break;
    case 'c': conditions(text); break;
    case 'b': block(text); break;
    case 'u': address(text); break;
    case 'p': package(text); break;
    case 't': moment(text); break;
    case 'n': number(text); break;
    default: wanted(fromBase64(toBase64(text)) == text, "base64 gives back what it was given", text); break;
    }
    return 0;
}
