#pragma once

#include "documents.h"
#include "touchedruns.h"
#include "core/result.h"
#include "core/task.h"
#include "core/time.h"

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace runyard::local {

class Database;  // store/database.h: one SQLite connection with cached statements

// The workspace's database: one writer thread with the only read-write connection and adaptive group commit, one read-only
// connection for the io thread. An operation that fails (returns an error) is rolled back alone, by a savepoint.
class Store {
public:
    Store(asio::io_context& context, std::filesystem::path file);
    ~Store();

    // Creates or migrates. The pages are looked at only after an unclean end: for 30 ms at once, then to the end on a thread of their
    // own. A damaged database is moved aside and the newest good backup restored.
    Result<> open();
    const std::vector<std::string>& notes() const { return m_notes; }  // what open() had to do, sentences for the log
    void onDamage(std::function<void()> tell);  // heard once, on the io thread: the next open() restores a backup

    Database& reader();  // io thread; statements must be short

    // Runs `operation` on a thread of its own with a read-only connection: for what may take longer than a millisecond.
    template<typename T>
    Task<Result<T>> read(std::function<Result<T>(Database&)> operation);

    // Runs `operation` on the writer thread within the next group and answers once the group is durable.
    template<typename T>
    Task<Result<T>> write(std::function<Result<T>(Database&)> operation);

    // Runs that may have changed since this was asked last; there is one who asks. What is read after it is at least as new.
    TouchedRuns::Batch takeTouched() { return m_touched.take(); }

    Task<Result<>> backup(std::filesystem::path file);  // online, verified
    Task<> keepBackups();  // every ten minutes where something changed, into backup/ beside the file; the newest three stay

private:
    struct Writer;
    using Operation = std::function<bool(Database&)>;  // false: roll back
    Task<Result<>> commit(Operation operation);        // an error only where the disk fails
    Task<Result<>> look(std::function<void(Database&)> operation);
    Result<std::unique_ptr<Database>> openChecked(bool& isCheckedWhole);
    void checkInBackground();

    asio::io_context& m_context;
    std::filesystem::path m_file;
    std::vector<std::string> m_notes;
    TouchedRuns m_touched;
    std::unique_ptr<Database> m_reader;
    std::unique_ptr<Writer> m_writer;
    std::unique_ptr<Database> m_farReader;  // of the thread below, from its first look on
    asio::thread_pool m_looking{1};
    std::jthread m_check;
};

template<typename T>
Task<Result<T>> Store::read(std::function<Result<T>(Database&)> operation)
{
    const auto answer = std::make_shared<std::optional<Result<T>>>();
    std::function<void(Database&)> step = [operation = std::move(operation), answer](Database& database) { answer->emplace(operation(database)); };
    auto looked = co_await look(std::move(step));
    if (!looked)
        co_return Failure(std::move(looked).error());
    co_return std::move(**answer);
}

template<typename T>
Task<Result<T>> Store::write(std::function<Result<T>(Database&)> operation)
{
    const auto answer = std::make_shared<std::optional<Result<T>>>();
    Operation step = [operation = std::move(operation), answer](Database& database) {
        answer->emplace(operation(database));
        return (*answer)->has_value();
    };
    auto committed = co_await commit(std::move(step));
    if (!committed)
        co_return Failure(std::move(committed).error());
    co_return std::move(**answer);
}

} // namespace runyard::local
