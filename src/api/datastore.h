#pragma once

#include "core/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace runyard::api {

struct Datastore {
    std::string name;
    std::string type = "AzureBlob";
    std::string accountName;
    std::string containerName;
    std::string endpoint = "core.windows.net";
    std::string protocol = "https";
    std::string credentialsType = "AccountKey";  // AccountKey, Sas, None
    std::string description;
    bool isDefault = false;
};

// One row of a blob listing: a blob, or with a delimiter also a folder.
struct Blob {
    std::string name;        // whole name from the container's root; a folder's ends with '/'
    std::int64_t size = 0;   // bytes
    Millis modified = 0;
    std::string etag;
    std::string md5;         // base64, where the writer gave or the store knows it
    std::map<std::string, std::string> metadata;  // "sha256": hex digest; "changed": "true" where the file no longer matches it
    bool isFolder = false;
};

struct BlobPage {
    std::vector<Blob> blobs;
    std::string nextMarker;  // empty on the last page
};

} // namespace runyard::api
