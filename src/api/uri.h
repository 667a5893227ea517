#pragma once

#include "core/result.h"

#include <string>
#include <string_view>

namespace runyard::api {

// A place in a datastore, or in the outputs of a job.
struct AssetUri {
    enum class Kind { Datastore, JobOutput };
    Kind kind = Kind::Datastore;
    std::string owner;   // datastore or job
    std::string output;  // of a job: "artifacts", "default", …
    std::string path;    // without leading '/'
};

// Reads azureml://datastores/{ds}/paths/{path}, its long form with subscription, group and workspace, the artifact store's form
// without /paths/, and azureml://jobs/{job}/outputs/{name}/paths/{path}.
Result<AssetUri> parseAssetUri(std::string_view text);
std::string datastoreUri(std::string_view datastore, std::string_view path);

// The last segment of an ARM id after "/{collection}/": armName("…/computes/cpu", "computes") → "cpu". Case-insensitive; also reads
// "azureml:name:version" and plain names. Empty where it does not fit.
std::string armName(std::string_view id, std::string_view collection);
// "…/versions/{v}" or "azureml:name:v" → v.
std::string armVersion(std::string_view id);

// Percent-encodes all but unreserved characters; keeps '/' in the second form.
std::string encode(std::string_view text);
std::string encodePath(std::string_view text);
// "%41" → "A"; '+' stays.
std::string decode(std::string_view text);

} // namespace runyard::api
