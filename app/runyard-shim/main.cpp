// Supervises one attempt of a run: starts the training process, sees to it that nothing of it is left at the end,
// and writes down how it ended. Needs nobody while it works: the service may die and come back.
#include "files.h"
#include "intent.h"
#include "supervision.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>

namespace {

using namespace runyard;

enum Answer { Started = 0, Failed = 101, Locked = 102, RanBefore = 103 };

// A record lock: children do not inherit it, it goes with this process, and the kernel tells anybody who holds it.
Descriptor takeLock()
{
    Descriptor lock = openFile("lock", O_RDWR | O_CREAT);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(lock.get(), F_SETLK, &whole) != 0)
        lock.reset();
    return lock;
}

// Makes everything ready and writes down that the attempt has started; nothing of it runs yet.
Answer prepare(const Descriptor& lock, std::optional<Supervision>& supervision)
{
    if (lock.get() < 0)
        return Locked;
    if (::access("started.json", F_OK) == 0)
        return RanBefore;
    ::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    supervision.emplace(readIntent("intent.json"));
    return supervision->markStarted(RUNYARD_VERSION) ? Started : RanBefore;
}

// `tell` gets the answer once it is known; returns the exit status.
template<typename Tell>
int supervise(Tell tell)
{
    Descriptor lock;
    std::optional<Supervision> supervision;
    Answer answer = Failed;
    try {
        lock = takeLock();
        answer = prepare(lock, supervision);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "runyard-shim: %s\n", error.what());
    }
    tell(answer);
    return answer == Started ? supervision->run() : answer;
}

// Leaves the session and the family of who started it, and lets that one go on once the attempt has started or cannot.
int detach()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return Failed;
    const pid_t middle = ::fork();
    if (middle < 0)
        return Failed;
    if (middle > 0) {
        ::close(ends[1]);
        unsigned char answer = Failed;
        while (::read(ends[0], &answer, 1) < 0 && errno == EINTR)
            continue;
        ::waitpid(middle, nullptr, 0);
        return answer;
    }
    ::close(ends[0]);
    ::setsid();
    if (::fork() != 0)
        ::_exit(0);
    // The streams it was given belong to the service, which waits for their end.
    const Descriptor own(::open("shim.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (own.get() < 0 || ::dup2(own.get(), 1) < 0 || ::dup2(own.get(), 2) < 0)
        ::_exit(Failed);
    return supervise([end = ends[1]](Answer answer) {
        const auto byte = static_cast<unsigned char>(answer);
        if (::write(end, &byte, 1) < 0)
            std::fprintf(stderr, "runyard-shim: nobody waits for the start\n");
        ::close(end);
    });
}

} // namespace

int main(int count, char** arguments)
{
    const bool isForeground = count == 3 && std::strcmp(arguments[1], "--foreground") == 0;
    if (count != 2 && !isForeground) {
        std::fprintf(stderr, "Usage: runyard-shim [--foreground] ATTEMPT-FOLDER\n");
        return Failed;
    }
    ::syscall(SYS_close_range, 3u, ~0u, 0u);
    ::umask(077);
    if (::chdir(arguments[count - 1]) != 0) {
        std::perror(arguments[count - 1]);
        return Failed;
    }
    if (isForeground)
        return supervise([](Answer) {});
    return detach();
}
