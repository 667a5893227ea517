#include "runstate.h"

#include <QCoreApplication>

namespace runyard {

namespace {

QString words(const char* text)
{
    return QCoreApplication::translate("RunState", text);
}

} // namespace

RunState runState(const std::string& status)
{
    if (status == "Completed" || status == "FINISHED")
        return {words("Completed"), StateKind::Success, false};
    if (status == "Failed" || status == "FAILED")
        return {words("Failed"), StateKind::Danger, false};
    if (status == "Canceled" || status == "KILLED")
        return {words("Canceled"), StateKind::Neutral, false};
    if (status == "NotResponding")
        return {words("Not responding"), StateKind::Warning, false};
    if (status == "CancelRequested")
        return {words("Canceling"), StateKind::Warning, true};
    if (status == "Running" || status == "RUNNING")
        return {words("Running"), StateKind::Accent, true};
    if (status == "NotStarted" || status == "Queued" || status == "SCHEDULED")
        return {words("Queued"), StateKind::Neutral, true};
    if (status == "Preparing" || status == "Provisioning" || status == "Starting")
        return {words("Preparing"), StateKind::Accent, true};
    if (status == "Finalizing")
        return {words("Finalizing"), StateKind::Accent, true};
    if (status == "Paused")
        return {words("Paused"), StateKind::Warning, false};
    return {QString::fromStdString(status), StateKind::Neutral, true};
}

} // namespace runyard
