#include "floors.h"

#include "support/listening.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

extern char** environ;

namespace runyard::bench {

Samples durableAppends(const std::filesystem::path& folder, int count)
{
    Samples samples;
    const auto file = folder / "floor.append";
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string block(4096, 'x');
    for (int i = 0; i < count; ++i) {
        samples.add(1e3 * secondsOf([&] {
            if (::write(fd, block.data(), block.size()) < 0 || ::fdatasync(fd) != 0)
                std::abort();
        }));
    }
    ::close(fd);
    std::filesystem::remove(file);
    return samples;
}

double sqliteRowsPerSecond(const std::filesystem::path& folder, int groups)
{
    const auto file = folder / "floor.sqlite";
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE m(ser, step, ts, v, PRIMARY KEY(ser, step, ts, v)) WITHOUT ROWID", nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(database, "INSERT OR IGNORE INTO m VALUES(?,?,?,?)", -1, &insert, nullptr);
    std::int64_t step = 0;
    const double seconds = secondsOf([&] {
        for (int group = 0; group < groups; ++group) {
            sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr);
            for (int row = 0; row < 1000; ++row, ++step) {
                sqlite3_bind_int64(insert, 1, row % 10);
                sqlite3_bind_int64(insert, 2, step);
                sqlite3_bind_int64(insert, 3, 1'700'000'000'000 + step);
                sqlite3_bind_double(insert, 4, static_cast<double>(step) * 0.5);
                sqlite3_step(insert);
                sqlite3_reset(insert);
            }
            sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
        }
    });
    sqlite3_finalize(insert);
    sqlite3_close(database);
    for (const char* end : {"", "-wal", "-shm"})
        std::filesystem::remove(file.string() + end);
    return groups * 1000 / seconds;
}

namespace {

void receive(int listener, const std::filesystem::path& file)
{
    const int socket = ::accept(listener, nullptr, nullptr);
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::vector<char> buffer(1 << 20);
    for (ssize_t got = 0; (got = ::read(socket, buffer.data(), buffer.size())) > 0;) {
        if (::write(fd, buffer.data(), static_cast<std::size_t>(got)) != got)
            std::abort();
    }
    ::fsync(fd);
    ::close(fd);
    ::close(socket);
}

} // namespace

double tcpToDisk(const std::filesystem::path& folder, std::int64_t bytes)
{
    int port = 0;
    const int listener = listenOnLoopback(port, 1);
    const auto file = folder / "floor.tcp";
    const std::vector<char> block(1 << 20, 'x');
    const double seconds = secondsOf([&] {
        std::thread receiver([&] { receive(listener, file); });
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
        for (std::int64_t sent = 0; sent < bytes;) {
            const ssize_t wrote = ::write(socket, block.data(), std::min<std::size_t>(block.size(), static_cast<std::size_t>(bytes - sent)));
            sent += std::max<ssize_t>(wrote, 0);
        }
        ::close(socket);
        receiver.join();
    });
    ::close(listener);
    std::filesystem::remove(file);
    return static_cast<double>(bytes) / 1e6 / seconds;
}

Samples programStarts(const std::string& program, const std::string& code, int count)
{
    Samples samples;
    std::pair<pid_t, int> running;
    for (int i = 0; i < count; ++i) {
        samples.add(1e3 * secondsOf([&] {
            int ends[2];
            if (::pipe2(ends, O_CLOEXEC) != 0)
                std::abort();
            posix_spawn_file_actions_t actions;
            posix_spawn_file_actions_init(&actions);
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
            std::string arguments[] = {program, "-c", code};
            char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
            pid_t pid = -1;
            posix_spawnp(&pid, program.c_str(), &actions, nullptr, argv, environ);
            posix_spawn_file_actions_destroy(&actions);
            ::close(ends[1]);
            char byte = 0;
            if (::read(ends[0], &byte, 1) != 1)
                std::abort();
            running = {pid, ends[0]};
        }));
        char rest[256];
        while (::read(running.second, rest, sizeof rest) > 0) {}
        ::close(running.second);
        int status = 0;
        ::waitpid(running.first, &status, 0);
    }
    return samples;
}

std::int64_t residentBytes(std::int64_t pid)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            return std::atoll(line.c_str() + 6) * 1024;
    }
    return 0;
}

} // namespace runyard::bench
