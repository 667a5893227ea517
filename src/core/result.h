#pragma once

#include <tl/expected.hpp>

#include <string>

namespace runyard {

// Why something could not be done. Each code has its own reaction in the UI.
// There is no "cancelled": a cancelled Task has nobody left to answer.
struct Error {
    enum class Code {
        Network,       // not reached, or the connection broke
        Timeout,       // reached, and no answer in time
        Unauthorized,  // sign in again
        Forbidden,
        NotFound,
        Conflict,   // exists with other settings, or changed meanwhile
        Invalid,    // the request makes no sense; say what to change
        Throttled,  // wait and try again
        Server,     // the service's fault
        Protocol,   // an answer this version does not understand
        Storage     // a file on this computer: missing, unreadable, disk full
    };

    Code code = Code::Network;
    std::string message;  // one sentence, ready for a person
    std::string detail;   // for the log and behind "Details"
};

template<typename T = void>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

inline Failure failure(Error::Code code, std::string message, std::string detail = {})
{
    return Failure(Error{code, std::move(message), std::move(detail)});
}

} // namespace runyard
