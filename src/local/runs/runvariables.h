#pragma once

#include "jobplan.h"
#include "local/environments/environments.h"

namespace runyard::local {

struct RunRecord;

// The whole environment of a run's processes: what the user's session needs to work (PATH, HOME, language, proxies, GPU libraries; not
// the service's own), the interpreter first in PATH, what MLflow and azureml.core look for, the job's own variables last.
std::map<std::string, std::string> runVariables(const api::Job& job, const RunRecord& run, const JobPlan& plan, const BuiltEnvironment& python, const SchedulerParts& parts);

} // namespace runyard::local
