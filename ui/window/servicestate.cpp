#include "servicestate.h"

#include <QCoreApplication>
#include <QLocale>

namespace runyard {

using Kind = client::ServiceState::Kind;

StateKind kindOf(const client::ServiceState& state)
{
    switch (state.kind) {
    case Kind::Ready: return StateKind::Success;
    case Kind::Starting: return StateKind::Accent;
    case Kind::Unreachable: return StateKind::Warning;
    case Kind::Failed: break;
    }
    return StateKind::Danger;
}

QString wordsFor(const client::ServiceState& state)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("ServiceState", text); };
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
