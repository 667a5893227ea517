#include "runlogs.h"

#include "models/logstore.h"

#include <algorithm>

namespace runyard {

namespace {

const QString& mainLog()
{
    static const QString name = QStringLiteral("user_logs/std_log.txt");
    return name;
}

int rank(const QString& file)
{
    if (file == mainLog())
        return 0;
    return file.startsWith(QLatin1String("user_logs/")) ? 1 : file.startsWith(QLatin1String("logs/")) ? 3 : 2;
}

} // namespace

RunLogs::RunLogs(QObject* parent) : QObject(parent) {}

RunLogs::~RunLogs()
{
    Q_EMIT cleared();  // views let go of their stores first
}

void RunLogs::append(const client::LogChunk& chunk)
{
    const QString file = QString::fromStdString(chunk.file);
    auto& store = m_stores[file];
    const bool isNew = !store;
    if (isNew) {
        store = std::make_unique<LogStore>();
        connect(store.get(), &LogStore::failed, this, &RunLogs::failed);
        connect(store.get(), &LogStore::saved, this, &RunLogs::saved);
    }
    const std::int64_t known = store->appended() - chunk.offset;  // bytes of the chunk that are here already
    const std::int64_t size = static_cast<std::int64_t>(chunk.bytes.size());
    if (known < size) {
        const std::int64_t skip = std::max<std::int64_t>(0, known);
        store->append(QByteArray(chunk.bytes.data() + skip, static_cast<int>(size - skip)));
    }
    m_latest = file;
    if (isNew)
        Q_EMIT added(file);
    Q_EMIT grew(file);
}

void RunLogs::clear()
{
    Q_EMIT cleared();  // views let go of their stores first
    m_stores.clear();
    m_latest.clear();
}

QStringList RunLogs::files() const
{
    QStringList names;
    for (const auto& [name, store] : m_stores)
        names.append(name);
    std::stable_sort(names.begin(), names.end(), [](const QString& one, const QString& two) { return rank(one) < rank(two); });
    return names;
}

LogStore* RunLogs::store(const QString& file) const
{
    const auto found = m_stores.find(file);
    return found == m_stores.end() ? nullptr : found->second.get();
}

QString RunLogs::interesting() const
{
    const LogStore* main = store(mainLog());
    return main && main->appended() > 0 ? mainLog() : m_latest;
}

} // namespace runyard
