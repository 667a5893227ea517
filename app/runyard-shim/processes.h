#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace runyard {

// One process as /proc shows it. The start time (ticks since boot) tells it from a later one with the same pid.
struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    std::uint64_t start = 0;
};

// Of one process; pid 0 where it is gone.
Process lookUp(pid_t pid);

// Every process below `ancestor`, zombies left out.
std::vector<Process> descendants(pid_t ancestor);

// Sends a signal to that very process, never to one that took over its pid.
void sendSignal(const Process& process, int signal);

// One round: stops every descendant, and again those that came up meanwhile, until none is new; then kills them all.
// A tree that forks as fast as it can cannot slip away. Returns how many were killed.
int killDescendants(pid_t ancestor);

std::string bootId();

} // namespace runyard
