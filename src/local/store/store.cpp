#include "store.h"

#include "integrity.h"
#include "records.h"
#include "reindex.h"
#include "schema.h"
#include "writer.h"

#include "core/files.h"
#include "local/runs/inpool.h"

#include <boost/asio/post.hpp>
#include <sqlite3.h>

namespace runyard::local {

namespace fs = std::filesystem;

// The writer thread as the header knows it.
struct Store::Writer : WriterThread {
    using WriterThread::WriterThread;
};

namespace {

constexpr auto CheckAtOnce = std::chrono::milliseconds(30);
constexpr std::size_t BackupsKept = 3;

fs::path suspicionOf(const fs::path& file) { return file.string() + ".suspect"; }

// There while a restored database has not yet taken up the records: also over a crash in the middle of that.
fs::path restoringMarkOf(const fs::path& file) { return file.string() + ".restoring"; }

// The last close of a database removes its -wal: one that is there, and not empty, was left by a crash.
bool endedUncleanly(const fs::path& file)
{
    std::error_code error;
    const auto size = fs::file_size(file.string() + "-wal", error);
    return !error && size > 0;
}

Result<> configure(Database& database)
{
    return database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;");
}

// What was sealed since the backup that was restored.
Result<> takeUpRecords(Database& database, const fs::path& file, std::vector<std::string>& notes)
{
    std::error_code error;
    if (fs::exists(restoringMarkOf(file), error)) {
        const auto done = reindex(database, file.parent_path());
        if (!done)
            return Failure(done.error());
        notes.push_back(toSentence(*done));
        notes.insert(notes.end(), done->notes.begin(), done->notes.end());
        fs::remove(restoringMarkOf(file), error);
    }
    return keepAllRecords(database, file.parent_path());
}

} // namespace

Store::Store(asio::io_context& context, fs::path file) : m_context(context), m_file(std::move(file)) {}

Store::~Store()
{
    m_looking.join();
    m_farReader.reset();
    m_reader.reset();  // before the writer, whose closing then removes the -wal
}

Database& Store::reader()
{
    if (m_reader->isDamaged())
        asio::post(m_context, [this] { m_writer->reportDamage(); });
    return *m_reader;
}

void Store::onDamage(std::function<void()> tell)
{
    m_writer->onDamage([this, tell = std::move(tell)] {
        (void)writeFileDurably(suspicionOf(m_file), "");
        tell();
    });
}

Result<std::unique_ptr<Database>> Store::openChecked(bool& isCheckedWhole)
{
    std::error_code error;
    const bool isSuspect = fs::exists(suspicionOf(m_file), error);
    const bool isUnclean = endedUncleanly(m_file);
    auto database = Database::open(m_file, Database::Mode::ReadWrite);
    if (!database)
        return database;
    const auto configured = configure(**database);
    if (!configured && !(*database)->isDamaged())
        return Failure(configured.error());
    auto health = configured ? Health::Good : Health::Damaged;
    if (configured && (isSuspect || isUnclean)) {
        const auto limit = isSuspect ? std::chrono::milliseconds(0) : CheckAtOnce;
        health = quickCheck(**database, limit);
    }
    isCheckedWhole = (isSuspect || isUnclean) && health != Health::OutOfTime;
    if (health != Health::Damaged)
        return database;
    database->reset();
    if (auto marked = writeFileDurably(restoringMarkOf(m_file), ""); !marked)
        return Failure(marked.error());
    auto restored = restore(m_file);
    if (!restored)
        return Failure(restored.error());
    m_notes.push_back(*restored);
    isCheckedWhole = true;
    auto fresh = Database::open(m_file, Database::Mode::ReadWrite);
    if (fresh) {
        if (const auto again = configure(**fresh); !again)
            return Failure(again.error());
    }
    return fresh;
}

Result<> Store::open()
{
    bool isCheckedWhole = true;
    auto database = openChecked(isCheckedWhole);
    if (!database)
        return Failure(database.error());
    const int version = schemaVersion(**database);
    std::error_code error;
    if (version == 0 && fs::exists(m_file.parent_path() / "records", error)) {
        m_notes.emplace_back("The workspace's database was not there any more; a new one is made from the records in the folders.");
        if (auto marked = writeFileDurably(restoringMarkOf(m_file), ""); !marked)
            return marked;
    }
    if (version > 0 && version < SchemaVersion) {
        const auto saved = copyDatabase(m_file, m_file.parent_path() / "backup" / ("store-" + std::to_string(nowMillis()) + ".sqlite"));
        if (!saved)
            return saved;
    }
    if (auto done = migrate(**database); !done)
        return done;
    if (auto taken = takeUpRecords(**database, m_file, m_notes); !taken)
        return taken;
    fs::remove(suspicionOf(m_file), error);
    auto reader = Database::open(m_file, Database::Mode::ReadOnly);
    if (!reader)
        return Failure(reader.error());
    m_reader = std::move(*reader);
    if (auto watched = m_touched.watch(**database); !watched)
        return watched;
    m_writer = std::make_unique<Writer>(m_context, std::move(*database), m_touched);
    if (!isCheckedWhole)
        checkInBackground();
    return {};
}

void Store::checkInBackground()
{
    m_check = std::jthread([this](const std::stop_token& stop) {
        for (int slice = 0; slice < 40 && !stop.stop_requested(); ++slice)  // a start is not to wait for the disk
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        auto database = Database::open(m_file, Database::Mode::ReadOnly);
        if (!database)
            return;
        const std::stop_callback interrupt(stop, [&database] { sqlite3_interrupt((*database)->handle()); });
        // In slices, so that the reader's snapshot does not hold the WAL back for long: each look starts anew, four times as long.
        for (auto limit = std::chrono::milliseconds(500); !stop.stop_requested(); limit *= 4) {
            const Health health = quickCheck(**database, limit);
            if (health == Health::Damaged)
                asio::post(m_context, [this] { m_writer->reportDamage(); });
            if (health != Health::OutOfTime)
                return;
        }
    });
}

Task<Result<>> Store::commit(Operation operation)
{
    const auto step = std::make_shared<WriterThread::Step>(m_context, std::move(operation));
    m_writer->push(step);
    co_await step->done.wait();
    if (step->error)
        co_return Failure(*step->error);
    co_return Result<>();
}

Task<Result<>> Store::look(std::function<void(Database&)> operation)
{
    std::function<Result<>()> work = [this, operation = std::move(operation)]() -> Result<> {
        if (!m_farReader) {
            auto opened = Database::open(m_file, Database::Mode::ReadOnly);
            if (!opened)
                return Failure(opened.error());
            m_farReader = std::move(*opened);
        }
        operation(*m_farReader);
        if (auto fault = m_farReader->takeFault())
            return Failure(*fault);
        return {};
    };
    co_return co_await inPool<Result<>>(m_context, m_looking, std::move(work));
}

Task<Result<>> Store::backup(fs::path file)
{
    struct Work {
        explicit Work(asio::io_context& context) : done(context) {}
        Result<> result;
        Event done;
    };
    const auto work = std::make_shared<Work>(m_context);
    std::thread thread([work, source = m_file, file, context = &m_context] {
        work->result = copyDatabase(source, file);
        asio::post(*context, [work] { work->done.set(); });
    });
    thread.detach();
    co_await work->done.wait();
    co_return work->result;
}

Task<> Store::keepBackups()
{
    const fs::path folder = m_file.parent_path() / "backup";
    std::int64_t seen = m_writer->groups();
    for (;;) {
        co_await sleepFor(std::chrono::minutes(10));
        if (m_writer->groups() == seen)
            continue;
        seen = m_writer->groups();
        const auto saved = co_await backup(folder / ("store-" + std::to_string(nowMillis()) + ".sqlite"));
        if (!saved)
            continue;
        const auto all = backupsOf(m_file);
        std::error_code error;
        for (std::size_t i = BackupsKept; i < all.size(); ++i)
            fs::remove(all[i], error);
    }
}

} // namespace runyard::local
