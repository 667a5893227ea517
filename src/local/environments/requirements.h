#pragma once

#include "api/environment.h"
#include "interpreters.h"

#include <string>
#include <vector>

namespace runyard::local {

// The package lines that a request means, checked: its framework, its own packages, mlflow-skinny. Sorted.
Result<std::vector<std::string>> requirementsOf(const api::EnvironmentRequest& request);

// The interpreter for a request, of those found: one that the framework's version has been built for.
Result<Interpreter> interpreterFor(const api::EnvironmentRequest& request, const std::vector<Interpreter>& found);

// The name of an environment: a hash of all that decides what is in it.
std::string environmentKey(const std::vector<std::string>& requirements, const Interpreter& interpreter);

} // namespace runyard::local
