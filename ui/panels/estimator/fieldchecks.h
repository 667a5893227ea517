#pragma once

#include "client/estimator.h"

namespace runyard {

class Field;

// Shows at the field the worst sentence that the report has about it.
void showChecks(Field* field, const client::EstimatorReport& report, client::Check::Field about);

} // namespace runyard
