#include "logworker.h"

#include "core/files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace runyard {

constexpr std::int64_t slice = 8 << 20;            // bytes a search looks at between two other questions
constexpr std::int64_t mostCopied = 500'000;       // lines
constexpr std::size_t mostIndexed = 4 << 20;       // bytes taken in before questions are looked at again

LogStore::Worker::Worker(std::filesystem::path folder, std::function<void()> wake)
    : m_index(std::move(folder)), m_wake(std::move(wake)), m_thread([this] { run(); })
{
}

LogStore::Worker::~Worker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_news.notify_one();
    m_thread.join();
}

void LogStore::Worker::append(QByteArray bytes)
{
    if (bytes.isEmpty())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_appended += bytes.size();
        m_bytes.push_back(std::move(bytes));
    }
    m_news.notify_one();
}

void LogStore::Worker::note(QVector<Time> times)
{
    const std::lock_guard lock(m_mutex);
    m_times += times;
}

void LogStore::Worker::clear()
{
    {
        const std::lock_guard lock(m_mutex);
        m_bytes.clear();
        m_times.clear();
        m_appended = 0;
        m_cleared = true;
    }
    m_news.notify_one();
}

std::uint64_t LogStore::Worker::ask(Question question)
{
    std::uint64_t ticket = 0;
    {
        const std::lock_guard lock(m_mutex);
        ticket = question.ticket = ++m_ticket;
        m_questions.push_back(std::move(question));
    }
    m_news.notify_one();
    return ticket;
}

void LogStore::Worker::forget(const LogListener* listener)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_questions, [&](const Question& question) { return question.listener == listener; });
    std::erase_if(m_answers, [&](const Answer& answer) { return answer.question.listener == listener; });
}

LogExtent LogStore::Worker::extent() const
{
    const std::lock_guard lock(m_mutex);
    return m_extent;
}

LogStore::Worker::Taken LogStore::Worker::take()
{
    const std::lock_guard lock(m_mutex);
    m_woken = false;
    return {std::exchange(m_answers, {}), std::exchange(m_failure, {}), std::exchange(m_grew, false)};
}

void LogStore::Worker::run()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        if (!m_search)
            m_news.wait(lock, [this] { return m_stop || m_cleared || !m_bytes.empty() || !m_questions.empty(); });
        if (m_stop)
            return;
        std::deque<QByteArray> bytes;
        for (std::size_t size = 0; !m_bytes.empty() && size < mostIndexed;) {
            size += static_cast<std::size_t>(m_bytes.front().size());
            bytes.push_back(std::move(m_bytes.front()));
            m_bytes.pop_front();
        }
        const QVector<Time> times = std::exchange(m_times, {});
        std::deque<Question> questions = std::exchange(m_questions, {});
        const bool cleared = std::exchange(m_cleared, false);
        lock.unlock();
        takeIn(bytes, times, cleared);
        for (Question& question : questions)
            answer(std::move(question));
        if (m_search)
            search();
        lock.lock();
    }
}

void LogStore::Worker::takeIn(std::deque<QByteArray>& bytes, const QVector<Time>& times, bool cleared)
{
    if (cleared) {
        m_index.clear();
        m_broken = false;
    }
    for (const Time& time : times)
        m_index.note(time.offset, time.millis);
    for (const QByteArray& piece : bytes) {
        if (m_broken)
            break;
        const auto kept = m_index.append({piece.constData(), static_cast<std::size_t>(piece.size())});
        if (kept)
            continue;
        m_broken = true;
        const std::lock_guard lock(m_mutex);
        m_failure = kept.error().message;
    }
    if (cleared || !bytes.empty())
        publish();
}

void LogStore::Worker::publish()
{
    {
        const std::lock_guard lock(m_mutex);
        m_extent = {m_index.lines(), m_index.bytes(), m_index.errors(), m_index.warnings()};
        m_grew = true;
        if (std::exchange(m_woken, true))
            return;
    }
    m_wake();
}

void LogStore::Worker::leave(Answer answer)
{
    {
        const std::lock_guard lock(m_mutex);
        m_answers.push_back(std::move(answer));
        if (std::exchange(m_woken, true))
            return;
    }
    m_wake();
}

void LogStore::Worker::answer(Question question)
{
    switch (question.kind) {
    case Kind::Rows: {
        auto rows = m_index.rows(question.first, question.count);
        return leave({std::move(question), std::move(rows), {}, {}, {}});
    }
    case Kind::Find: {
        LogIndex::Query query;
        query.text = question.query.text;
        query.exactCase = question.query.exactCase;
        query.backwards = question.query.backwards;
        query.from = question.query.from;
        query.until = question.query.backwards ? 0 : std::max<std::int64_t>(0, m_index.lines() - 1);
        m_search = Search{std::move(question), std::move(query), false};
        return;
    }
    case Kind::Text: {
        Answer given{std::move(question), {}, {}, {}, {}};
        const std::int64_t last = given.question.first + std::min(given.question.count, mostCopied);
        for (std::int64_t line = given.question.first; line < last; line += 1000) {
            for (const LogRow& row : m_index.rows(line, std::min<std::int64_t>(1000, last - line)))
                given.text += row.text + u'\n';
        }
        return leave(std::move(given));
    }
    case Kind::Save: {
        auto error = save(question.file);
        return leave({std::move(question), {}, {}, {}, std::move(error)});
    }
    }
}

void LogStore::Worker::search()
{
    const auto hit = m_index.find(m_search->query, slice);
    if (hit.resume >= 0) {
        m_search->query.block = hit.resume;
        return;
    }
    const bool nowhere = hit.line < 0;
    if (nowhere && !m_search->around && m_index.lines() > 0) {
        m_search->around = true;
        m_search->query.block = -1;
        m_search->query.until = m_search->query.from;
        m_search->query.from = m_search->query.backwards ? m_index.lines() - 1 : 0;
        return;
    }
    Answer given{std::move(m_search->question), {}, {}, {hit.line, m_search->around}, {}};
    m_search.reset();
    leave(std::move(given));
}

std::string LogStore::Worker::save(const std::string& file) const
{
    const std::string half = file + ".part";
    std::ofstream out(half, std::ios::binary | std::ios::trunc);
    for (std::int64_t at = 0; at < m_index.bytes() && out; at += slice) {
        const std::string bytes = m_index.read(at, slice);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    out.close();
    std::error_code fault;
    if (!out)
        fault = std::error_code(errno, std::generic_category());
    else
        std::filesystem::rename(half, file, fault);
    if (!fault)
        return {};
    std::error_code ignored;
    std::filesystem::remove(half, ignored);
    return fileError(file, "be written", fault.value()).message;
}

} // namespace runyard
