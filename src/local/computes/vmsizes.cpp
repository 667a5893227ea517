#include "vmsizes.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <sched.h>
#include <unistd.h>

namespace runyard::local {

namespace {

struct Size {
    const char* name;
    int cores;
    int gpus;
    double memoryGb;
};

constexpr std::array<Size, 12> sizes{{{"STANDARD_DS1_V2", 1, 0, 3.5},
                                      {"STANDARD_DS2_V2", 2, 0, 7},
                                      {"STANDARD_DS3_V2", 4, 0, 14},
                                      {"STANDARD_DS4_V2", 8, 0, 28},
                                      {"STANDARD_DS5_V2", 16, 0, 56},
                                      {"STANDARD_D1_V2", 1, 0, 3.5},
                                      {"STANDARD_D2_V2", 2, 0, 7},
                                      {"STANDARD_D3_V2", 4, 0, 14},
                                      {"STANDARD_D4_V2", 8, 0, 28},
                                      {"STANDARD_NC6", 6, 1, 56},
                                      {"STANDARD_NC12", 12, 2, 112},
                                      {"STANDARD_NC24", 24, 4, 224}}};

bool hasGpu()
{
    std::error_code fault;
    return std::filesystem::exists("/proc/driver/nvidia/gpus", fault) || std::filesystem::exists("/dev/kfd", fault);
}

std::string meaning(int cores)
{
    const auto own = static_cast<int>(ownCpus().size());
    const std::string gpu = hasGpu() ? ", GPU shared" : ", no GPU";
    return std::to_string(std::min(cores, own)) + " of " + std::to_string(own) + (own == 1 ? " core" : " cores") + gpu;
}

// The first number after the family's letters: 4 of STANDARD_D4S_V3, 0 where there is none.
int coresByName(const std::string& name)
{
    const std::string prefix = "STANDARD_";
    const auto begin = name.starts_with(prefix) ? name.find_first_of("0123456789_", prefix.size()) : std::string::npos;
    if (begin == std::string::npos || name[begin] == '_')
        return 0;
    int cores = 0;
    for (auto at = begin; at < name.size() && name[at] >= '0' && name[at] <= '9' && cores < 1000; ++at)
        cores = cores * 10 + (name[at] - '0');
    return cores;
}

} // namespace

std::vector<int> ownCpus()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> result;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set))
                result.push_back(cpu);
        }
    }
    return result.empty() ? std::vector<int>{0} : result;
}

std::vector<api::VmSize> vmSizes()
{
    std::vector<api::VmSize> result;
    for (const Size& size : sizes)
        result.push_back({size.name, size.cores, size.gpus, size.memoryGb, meaning(size.cores)});
    return result;
}

Result<api::VmSize> vmSize(const std::string& name)
{
    const std::string wanted = upperCase(name);
    const auto known = std::find_if(sizes.begin(), sizes.end(), [&](const Size& size) { return wanted == size.name; });
    if (known != sizes.end())
        return api::VmSize{known->name, known->cores, known->gpus, known->memoryGb, meaning(known->cores)};
    const int cores = coresByName(wanted);
    if (cores == 0)
        return failure(Error::Code::Invalid, "“" + name + "” is no size of a node known here: take one of the list, such as STANDARD_DS1_V2.");
    return api::VmSize{wanted, cores, 0, 0, meaning(cores)};
}

std::string upperCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    return text;
}

} // namespace runyard::local
