#pragma once

#include "files.h"

#include <string>
#include <vector>

namespace runyard {

// What the service asks of a running shim: lines in the pipe "ctl" of the attempt's folder. "cancel REASON" ends the run politely,
// "kill REASON" at once.
class Control {
public:
    struct Request {
        enum class Kind { Cancel, Kill };
        Kind kind;
        std::string reason;
    };

    explicit Control(const char* name);  // throws std::system_error
    ~Control();

    int descriptor() const { return m_pipe.get(); }
    std::vector<Request> take();

private:
    std::string m_name, m_pending;
    Descriptor m_pipe;
};

} // namespace runyard
