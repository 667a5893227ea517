#pragma once

#include "arm.h"

namespace runyard::local {

// What a registry of its own knows of containers, where versions alone do not make them.
struct ContainerRegistry {
    std::vector<std::string> (*names)(Database& database);  // of all, the newest first
    bool (*describe)(Database& database, const std::string& name, Json& container);  // false: there is none
    Result<> (*remember)(Database& database, const std::string& name, const Json& properties);  // on the writer
};

// What data, environments and models have in common: versions kept as documents, containers made of what their versions say, the archived
// ones listed only where they are asked for.
struct AssetKind {
    const char* document;    // kind of the documents: "model"
    const char* collection;  // in paths and types: "models"
    const char* noun;        // "a model"
    const ContainerRegistry* registry = nullptr;
};

// GET of containers, of versions and of one; PUT of a container, which archives it.
void addAssetRoutes(Router& router, const SharedParts& parts, AssetKind kind);

// The version as ARM answers it.
Json versionJson(const Document& document);
// Takes over what may change of a version that exists: description, tags, properties, stage, and whether it is archived.
void changeVersion(Json& properties, const Json& asked);

} // namespace runyard::local
