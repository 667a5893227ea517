#include "state.h"

namespace runyard {

Token strongToken(StateKind kind)
{
    switch (kind) {
    case StateKind::Accent: return Token::Accent;
    case StateKind::Success: return Token::Success;
    case StateKind::Warning: return Token::Warning;
    case StateKind::Danger: return Token::Danger;
    case StateKind::Neutral: break;
    }
    return Token::Muted;
}

Token weakToken(StateKind kind)
{
    switch (kind) {
    case StateKind::Accent: return Token::WeakAccent;
    case StateKind::Success: return Token::WeakSuccess;
    case StateKind::Warning: return Token::WeakWarning;
    case StateKind::Danger: return Token::WeakDanger;
    case StateKind::Neutral: break;
    }
    return Token::Hover;
}

QString iconName(StateKind kind)
{
    switch (kind) {
    case StateKind::Accent: return QStringLiteral("play");
    case StateKind::Success: return QStringLiteral("check");
    case StateKind::Warning: return QStringLiteral("warning");
    case StateKind::Danger: return QStringLiteral("error");
    case StateKind::Neutral: break;
    }
    return QStringLiteral("clock");
}

} // namespace runyard
