#pragma once

#include "calls.h"
#include "core/result.h"
#include "core/sink.h"

#include <boost/asio/post.hpp>

namespace runyard {

// Many answers from one Task, for as long as this object lives: a log, the points
// of a metric, the progress of an upload. Keep it among the last members.
//
//     m_log.start([&](Sink<LogLine> sink) { return m_runs.follow(id, sink); },
//                 [this](std::vector<LogLine> lines) { m_model.append(std::move(lines)); },
//                 [this](Result<> end) { showEnd(end); });
//
// The first function is called at once, on the GUI thread, to make the Task. Of the
// others, `received` comes at most once a frame and `ended` once, after the last batch,
// with what the Task answered: a Result<> or a Result of anything.
template<typename T>
class Feed {
public:
    using Received = std::function<void(std::vector<T>)>;

    explicit Feed(Bridge& bridge, std::size_t batch = 2000) : m_bridge(bridge), m_batch(batch), m_call(bridge) {}
    ~Feed() { stop(); }

    template<typename MakeTask, typename Ended>
    void start(MakeTask&& make, Received received, Ended&& ended)
    {
        stop();
        m_reader = std::make_shared<Reader>();
        m_reader->received = std::move(received);
        Sink<T> sink(m_bridge.service(), m_batch, Deliver{m_bridge, m_reader});
        m_call.start(drain(make(sink), sink), std::forward<Ended>(ended));
    }

    void stop()
    {
        if (m_reader)
            m_reader->received = nullptr;
        m_reader.reset();
        m_call.cancel();
    }

private:
    // GUI thread only; the service thread just holds on to it.
    struct Reader {
        Received received;
    };

    struct Batch final : Letter {
        Batch(Bridge& b, std::shared_ptr<Reader> r, Sink<T> s, std::vector<T> v)
            : bridge(b), reader(std::move(r)), sink(std::move(s)), values(std::move(v)) {}

        void open() override
        {
            if (const auto callback = reader->received)
                callback(std::move(values));  // may delete the feed
            asio::post(bridge.service(), [sink = std::move(sink)] { sink.taken(); });
        }

        Bridge& bridge;
        std::shared_ptr<Reader> reader;
        Sink<T> sink;
        std::vector<T> values;
    };

    struct Deliver {
        void operator()(const Sink<T>& sink, std::vector<T> values) const
        {
            bridge.post(std::make_shared<Batch>(bridge, reader, sink, std::move(values)));
        }

        Bridge& bridge;
        std::shared_ptr<Reader> reader;
    };

    template<typename End>
    static Task<End> drain(Task<End> task, Sink<T> sink)
    {
        auto end = co_await std::move(task);
        co_await sink.drained();
        co_return end;
    }

    Bridge& m_bridge;
    std::size_t m_batch;
    std::shared_ptr<Reader> m_reader;
    Calls m_call;
};

} // namespace runyard
