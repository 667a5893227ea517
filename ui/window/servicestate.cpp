#include "servicestate.h"

#include "widgets/format.h"

#include <QCoreApplication>
#include <QLocale>

namespace runyard {

using Kind = client::ServiceState::Kind;

// Runs that end, logs and uploads need room; what cannot be written is tried again until there is some.
static bool isDiskLow(const client::ServiceState& state)
{
    constexpr std::int64_t low = 64 << 20;
    return state.kind == Kind::Ready && state.diskFree >= 0 && state.diskFree < low;
}

StateKind kindOf(const client::ServiceState& state)
{
    switch (state.kind) {
    case Kind::Ready: return isDiskLow(state) ? StateKind::Warning : StateKind::Success;
    case Kind::Starting: return StateKind::Accent;
    case Kind::Unreachable: return StateKind::Warning;
    case Kind::Failed: break;
    }
    return StateKind::Danger;
}

QString wordsFor(const client::ServiceState& state)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("ServiceState", text); };
    if (isDiskLow(state))
        return tr("The disk is full, %1 left: free some, and what waits for it goes on").arg(formatBytes(static_cast<double>(state.diskFree)));
    switch (state.kind) {
    case Kind::Ready:
        if (state.latencyMs <= 0)
            return tr("Local service");
        return tr("Local service, %1 ms").arg(QLocale().toString(state.latencyMs, 'f', state.latencyMs < 10 ? 1 : 0));
    case Kind::Starting: return tr("Local service is starting");
    case Kind::Unreachable: return tr("Local service does not answer, trying again");
    case Kind::Failed: break;
    }
    return tr("Local service has failed");
}

} // namespace runyard
