#pragma once

#include "database.h"

namespace runyard::local {

// The version of the schema that this program writes; resources/schema/N.sql leads from N-1 to N.
constexpr int SchemaVersion = 3;

int schemaVersion(Database& database);

// Brings a database to SchemaVersion, one transaction a step. An error where a newer program wrote it.
Result<> migrate(Database& database);

} // namespace runyard::local
