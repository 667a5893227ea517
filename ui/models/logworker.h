#pragma once

#include "logstore.h"
#include "telemetry/logindex.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace runyard {

// The thread behind a LogStore: takes bytes and questions, leaves answers to be fetched by deliver().
class LogStore::Worker {
public:
    enum class Kind { Rows, Find, Text, Save };
    struct Question {
        Kind kind;
        std::uint64_t ticket = 0;
        LogListener* listener = nullptr;
        std::int64_t first = 0;
        std::int64_t count = 0;
        LogQuery query;
        std::string file;
    };
    struct Answer {
        Question question;
        std::vector<LogRow> rows;
        std::u16string text;
        LogFound found;
        std::string error;
    };

    // `wake` is called on the worker's thread when there is something to take; not again before take().
    Worker(std::filesystem::path folder, std::function<void()> wake);
    ~Worker();

    void append(QByteArray bytes);
    void note(QVector<Time> times);
    void clear();
    std::uint64_t ask(Question question);
    void forget(const LogListener* listener);
    LogExtent extent() const;
    qint64 appended() const { return m_appended; }

    struct Taken {
        std::vector<Answer> answers;
        std::string failure;
        bool grew = false;
    };
    Taken take();

private:
    struct Search {
        Question question;
        LogIndex::Query query;
        bool around = false;
    };

    void run();
    void takeIn(std::deque<QByteArray>& bytes, const QVector<Time>& times, bool cleared);
    void answer(Question question);
    void search();
    std::string save(const std::string& file) const;
    void leave(Answer answer);
    void publish();

    LogIndex m_index;  // worker's
    std::optional<Search> m_search;
    bool m_broken = false;

    std::function<void()> m_wake;
    mutable std::mutex m_mutex;
    std::condition_variable m_news;
    std::deque<QByteArray> m_bytes;
    QVector<Time> m_times;
    std::deque<Question> m_questions;
    std::vector<Answer> m_answers;
    std::string m_failure;
    LogExtent m_extent;
    bool m_cleared = false, m_grew = false, m_woken = false, m_stop = false;
    std::uint64_t m_ticket = 0;
    std::atomic<qint64> m_appended = 0;
    std::thread m_thread;
};

} // namespace runyard
