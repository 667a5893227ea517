#pragma once

#include "files.h"
#include "intent.h"

#include <sys/types.h>

namespace runyard {

// The training process: forked and made ready, but held back until release(). If the shim dies before, it goes with it.
class Child {
public:
    explicit Child(const Intent& intent);  // throws std::system_error

    pid_t pid() const { return m_pid; }

    // Lets it run. Returns a sentence if its program could not be started, else nothing.
    std::string release();

private:
    [[noreturn]] void become(const Intent& intent, pid_t shim, int log);

    Descriptor m_gate;    // written to when it may run
    Descriptor m_report;  // what failed in it, as text; end of file once the program runs
    pid_t m_pid = 0;
};

} // namespace runyard
