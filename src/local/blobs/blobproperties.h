#pragma once

#include "blobroutes.h"
#include "digests.h"

namespace runyard::local {

// What clients may say of a blob besides its metadata: Content-Type and its like. Kept with the record by these names:
// "content-type", "content-encoding", "content-language", "content-disposition", "cache-control", "copy-id", "copy-source", "copy-time".
using BlobProperties = std::map<std::string, std::string>;

// As the x-ms-blob-… headers of a request say it.
BlobProperties propertiesOf(const Request& request);
// The headers of an answer about a blob, metadata included; a signed address may override some ("rsct" …).
void addProperties(Response& response, const BlobCall& call, const FileFacts& facts, const BlobRecord& record, const Digests::Metadata& metadata);
// Content-Type of a blob whose writer said none.
std::string typeByName(const std::string& blob);
// When the file was made, ns since 1970.
std::int64_t createdOf(const std::filesystem::path& path, const FileFacts& facts);

} // namespace runyard::local
