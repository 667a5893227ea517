#pragma once

#include "client/localservice.h"
#include "theme/state.h"

#include <QString>

namespace runyard {

// How the state of the local service is said and coloured in the frame of the window.
StateKind kindOf(const client::ServiceState& state);
QString wordsFor(const client::ServiceState& state);  // "Local service, 3 ms"

} // namespace runyard
