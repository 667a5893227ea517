#pragma once

#include "api/compute.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace runyard::local {

// The cores that this service may use: the affinity mask it was started with.
std::vector<int> ownCpus();

// Azure's sizes that make sense to offer, each with what it is on this machine: as many cores as the size has, at most all.
std::vector<api::VmSize> vmSizes();

// A size by any of Azure's names: of the list, else by the number of cores in its name (Standard_D4s_v3). Invalid otherwise.
Result<api::VmSize> vmSize(const std::string& name);

std::string upperCase(std::string text);

} // namespace runyard::local
