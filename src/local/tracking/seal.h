#pragma once

#include "tracking.h"

namespace runyard::local {

// Seals the record of a run that nobody runs here and that has ended into its folder; does nothing for others.
Task<> sealEnded(TrackingParts parts, std::string id);

} // namespace runyard::local
