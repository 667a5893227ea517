#include "job.h"

namespace runyard::api {

bool isTerminal(const std::string& status)
{
    return status == "Completed" || status == "Failed" || status == "Canceled" || status == "NotResponding" || status == "Paused";
}

} // namespace runyard::api
