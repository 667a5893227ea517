// Runs a fuzz target where the compiler brings no libFuzzer: mutates the target's corpus by a seed, for some seconds. What breaks is left
// as a file; the same program takes that file to show it again.
// Usage: fuzz_NAME CORPUS DICTIONARY            RUNYARD_FUZZ_SEED, RUNYARD_FUZZ_SECONDS (3), RUNYARD_FUZZ_OUT (.)
//        fuzz_NAME FILE...
#include "mutator.h"
#include "target.h"

#include <malloc.h>
#include <sys/time.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));
extern "C" void __asan_init() __attribute__((weak));

namespace {

namespace fs = std::filesystem;
using namespace runyard::fuzz;

constexpr double CpuLimit = 0.1;       // seconds for one input
constexpr double CpuPerByte = 3e-5;    // or so much for each byte, where that is more: parsers may take time in proportion
constexpr unsigned WallLimit = 20;     // then it hangs
constexpr double GrowthLimit = 96;     // MB, from a third of the way on
constexpr double ResidentLimit = 700;  // MB

// What the handlers need, who may not allocate.
struct Now {
    const char* bytes = nullptr;
    std::size_t size = 0;
    char file[512] = {};
};
Now now;

void keepInput()
{
    if (!now.bytes || now.file[0] == 0)
        return;
    const int fd = ::open(now.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    const bool isKept = ::write(fd, now.bytes, now.size) == static_cast<ssize_t>(now.size);
    ::close(fd);
    std::fprintf(stderr, "%s the input: %s (%zu bytes)\n", isKept ? "Kept" : "Could not keep all of", now.file, now.size);
    now.bytes = nullptr;
}

void onSignal(int number)
{
    if (number == SIGALRM)
        std::fprintf(stderr, "BROKEN: no end after %u s\n", WallLimit);
    keepInput();
    std::signal(number == SIGALRM ? SIGABRT : number, SIG_DFL);
    ::raise(number == SIGALRM ? SIGABRT : number);
}

void watch()
{
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(keepInput);
    std::signal(SIGABRT, onSignal);
    std::signal(SIGALRM, onSignal);
    if (!__asan_init) {
        for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
            std::signal(number, onSignal);
    }
}

double cpuSeconds()
{
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double residentMb()
{
    std::ifstream file("/proc/self/statm");
    long all = 0, resident = 0;
    file >> all >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1048576.0;
}

// Seconds of this thread that the input took.
double run(const std::string& input)
{
    // A copy of its very size, so that a read past its end is seen.
    std::string exact(input);
    exact.shrink_to_fit();
    now.bytes = exact.data();
    now.size = exact.size();
    ::alarm(WallLimit);
    const double begun = cpuSeconds();
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(exact.data()), exact.size());
    const double spent = cpuSeconds() - begun;
    ::alarm(0);
    now.bytes = nullptr;
    return spent;
}

// Others' work on this machine makes a single time long, not three.
void checkTime(const std::string& input, double spent)
{
    const double limit = std::max(CpuLimit, CpuPerByte * static_cast<double>(input.size()));
    for (int again = 0; again < 3 && spent > limit; ++again)
        spent = std::min(spent, run(input));
    if (spent <= limit)
        return;
    now.bytes = input.data();
    now.size = input.size();
    wanted(false, "an input takes too long", std::to_string(spent * 1e3) + " ms");
}

// Every day the same walk, so that a build is not red by chance; RUNYARD_FUZZ_SEED=new, as packaging/test --full has it, takes another.
std::uint64_t seedOf(const char* given)
{
    if (given && std::string_view(given) == "new")
        return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count() / 1000 % 1'000'000'000);
    return given && *given ? std::strtoull(given, nullptr, 10) : 1;
}

int replay(int count, char** files)
{
    for (int i = 0; i < count; ++i) {
        std::ifstream stream(files[i], std::ios::binary);
        const std::string input{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        std::printf("%s: %zu bytes, %.3f ms\n", files[i], input.size(), run(input) * 1e3);
    }
    return 0;
}

int fuzz(const std::string& name, const fs::path& corpus, const fs::path& dictionary)
{
    const char* wish = std::getenv("RUNYARD_FUZZ_SECONDS");
    const double seconds = wish ? std::atof(wish) : 3;
    const auto seed = seedOf(std::getenv("RUNYARD_FUZZ_SEED"));
    const char* out = std::getenv("RUNYARD_FUZZ_OUT");
    std::snprintf(now.file, sizeof now.file, "%s/%s-broken-%llu", fs::absolute(out ? out : ".").c_str(), name.c_str(), static_cast<unsigned long long>(seed));
    std::printf("%s: RUNYARD_FUZZ_SEED=%llu\n", name.c_str(), static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    watch();
    Mutator mutator(readCorpus(corpus), readWords(dictionary), seed);
    if (mutator.corpus().empty())
        return std::fprintf(stderr, "%s holds no inputs\n", corpus.c_str()), 1;
    for (const auto& input : mutator.corpus())
        checkTime(input, run(input));
    const auto begun = std::chrono::steady_clock::now();
    std::uint64_t inputs = mutator.corpus().size();
    double passed = 0, slowest = 0;
    std::optional<double> early;
    while (passed < seconds) {
        const std::string input = mutator.next();
        const double spent = run(input);
        checkTime(input, spent);
        slowest = std::max(slowest, spent);
        ++inputs;
        if (inputs % 64 != 0)
            continue;
        passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!early && passed > seconds / 3)
            early = residentMb();
        wanted(residentMb() < ResidentLimit, "the target takes more than 700 MB");
    }
    const double growth = residentMb() - early.value_or(residentMb());
    std::printf("%s: %llu inputs in %.1f s, %.0f a second, of %zu in the corpus; slowest %.1f ms; resident %.0f MB, %+.1f MB in the last two thirds\n", name.c_str(), static_cast<unsigned long long>(inputs),
                passed, static_cast<double>(inputs) / passed, mutator.corpus().size(), slowest * 1e3, residentMb(), growth);
    wanted(growth < GrowthLimit, "memory grows with the number of inputs");
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    const std::string name = fs::path(arguments[0]).filename();
    if (count > 2 && fs::is_directory(arguments[1]))
        return fuzz(name, arguments[1], arguments[2]);
    return replay(count - 1, arguments + 1);
}
