#include "support/killing.h"
#include "support/trackingservice.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <optional>

using namespace runyard;
using nlohmann::json;

namespace {

// What a run is known to hold, so that a search can be answered without the service.
struct Known {
    std::string id, name, status = "RUNNING", experiment;
    std::int64_t start = 0;
    bool isDeleted = false;
    std::map<std::string, double> metrics;
    std::map<std::string, std::string> params, tags;
};

template<typename Value>
std::optional<Value> valueIn(const std::map<std::string, Value>& map, const std::string& key)
{
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional<Value>(found->second);
}

// One comparison of a filter, as MLflow writes it and as it is meant.
struct Clause {
    std::string text;
    std::function<bool(const Known&)> fits;
};

struct Sorting {
    std::string text;
    std::function<std::partial_ordering(const Known&, const Known&)> compare;  // less: comes first
};

std::partial_ordering absentLast(const std::optional<double>& a, const std::optional<double>& b, bool isDown)
{
    const auto rank = [](const std::optional<double>& value) { return !value ? 2 : std::isnan(*value) ? 1 : 0; };
    if (rank(a) != rank(b))
        return rank(a) < rank(b) ? std::partial_ordering::less : std::partial_ordering::greater;
    if (rank(a) > 0 || *a == *b)
        return std::partial_ordering::equivalent;
    return (*a < *b) != isDown ? std::partial_ordering::less : std::partial_ordering::greater;
}

} // namespace

// Searches over runs that change meanwhile find what a look at each run finds.
class SearchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsWhatFits();
    void keepsUp();

private:
    std::string metric() { return "m" + std::to_string(m_dice.bounded(4)); }
    std::string word() { return "Word-" + std::string(1, static_cast<char>((m_dice.bounded(2) ? 'a' : 'A') + m_dice.bounded(6))) + (m_dice.bounded(3) ? "x" : "ö"); }
    void addRun(test::TrackingService& service);
    void changeRun(test::TrackingService& service);
    Clause clause();
    Sorting sorting();
    std::vector<std::string> expected(const std::vector<Clause>& clauses, const std::vector<Sorting>& sortings, const std::string& view) const;
    void searchOnce(test::TrackingService& service);

    QRandomGenerator m_dice = seeded("search_test");
    std::vector<Known> m_runs;
};

void SearchTest::addRun(test::TrackingService& service)
{
    Known run;
    run.experiment = m_dice.bounded(4) ? "0" : "1";
    run.start = 1000 + static_cast<std::int64_t>(m_dice.bounded(20));
    run.name = word() + std::to_string(m_dice.bounded(5));
    run.id = service.post("runs/create", {{"experiment_id", run.experiment}, {"start_time", run.start}, {"run_name", run.name}})["run"]["info"]["run_id"];
    m_runs.push_back(run);
}

void SearchTest::changeRun(test::TrackingService& service)
{
    Known& run = m_runs[m_dice.bounded(static_cast<quint32>(m_runs.size()))];
    if (run.isDeleted) {
        service.post("runs/restore", {{"run_id", run.id}});
        run.isDeleted = false;
    }
    const std::string key = metric();
    const double values[] = {0, -1.5, 2, 0.25, 1e300, std::nan("")};
    switch (m_dice.bounded(8)) {
    case 0:
    case 1:
    case 2: {
        const double value = values[m_dice.bounded(6)];
        const json sent = std::isnan(value) ? json("NaN") : json(value);
        static std::int64_t step = 0;
        service.post("runs/log-metric", {{"run_id", run.id}, {"key", key}, {"value", sent}, {"timestamp", 1}, {"step", ++step}});
        run.metrics[key] = value;
        break;
    }
    case 3:
        if (!run.params.contains(key))
            service.post("runs/log-parameter", {{"run_id", run.id}, {"key", key}, {"value", run.params[key] = word()}});
        break;
    case 4:
        service.post("runs/set-tag", {{"run_id", run.id}, {"key", key}, {"value", run.tags[key] = word()}});
        break;
    case 5:
        if (run.tags.erase(key) > 0)
            service.post("runs/delete-tag", {{"run_id", run.id}, {"key", key}});
        break;
    case 6:
        run.status = m_dice.bounded(2) ? "FINISHED" : "KILLED";
        service.post("runs/update", {{"run_id", run.id}, {"status", run.status}, {"run_name", run.name = word()}});
        break;
    default:
        service.post("runs/delete", {{"run_id", run.id}});
        run.isDeleted = true;
    }
    QCOMPARE(service.client.status(), 200);
}

Clause SearchTest::clause()
{
    const std::string key = metric(), other = word();
    switch (m_dice.bounded(9)) {
    case 0: return {"metrics." + key + " > 0", [=](const Known& run) { return valueIn(run.metrics, key).value_or(-1) > 0; }};
    case 1: return {"metrics." + key + " <= 0.25", [=](const Known& run) { return valueIn(run.metrics, key).value_or(1) <= 0.25; }};
    case 2: return {"metrics." + key + " != 2", [=](const Known& run) { return valueIn(run.metrics, key).value_or(2) != 2; }};
    case 3: return {"params." + key + " = '" + other + "'", [=](const Known& run) { return valueIn(run.params, key) == other; }};
    case 4: return {"tags." + key + " != '" + other + "'", [=](const Known& run) { return valueIn(run.tags, key).value_or(other) != other; }};
    case 5: return {"tags." + key + " LIKE 'Word-__'", [=](const Known& run) { return valueIn(run.tags, key).has_value(); }};
    case 6: return {"tags." + key + " IS NULL", [=](const Known& run) { return !valueIn(run.tags, key); }};
    case 7: return {"attributes.status = 'FINISHED'", [](const Known& run) { return run.status == "FINISHED"; }};
    default: return {"attributes.start_time >= 1010", [](const Known& run) { return run.start >= 1010; }};
    }
}

Sorting SearchTest::sorting()
{
    const std::string key = metric();
    const bool isDown = m_dice.bounded(2) == 1;
    const std::string direction = isDown ? " DESC" : " ASC";
    if (m_dice.bounded(3) > 0)
        return {"metrics." + key + direction, [=](const Known& a, const Known& b) { return absentLast(valueIn(a.metrics, key), valueIn(b.metrics, key), isDown); }};
    return {"params." + key + direction, [=](const Known& a, const Known& b) -> std::partial_ordering {
        const auto one = valueIn(a.params, key), other = valueIn(b.params, key);
        if (one.has_value() != other.has_value())
            return one ? std::partial_ordering::less : std::partial_ordering::greater;
        return isDown ? other <=> one : one <=> other;
    }};
}

std::vector<std::string> SearchTest::expected(const std::vector<Clause>& clauses, const std::vector<Sorting>& sortings, const std::string& view) const
{
    std::vector<const Known*> found;
    for (const Known& run : m_runs) {
        const bool isInView = view == "ALL" || run.isDeleted == (view == "DELETED_ONLY");
        if (isInView && run.experiment == "0" && std::all_of(clauses.begin(), clauses.end(), [&](const Clause& one) { return one.fits(run); }))
            found.push_back(&run);
    }
    std::sort(found.begin(), found.end(), [&](const Known* a, const Known* b) {
        for (const Sorting& one : sortings) {
            if (const auto order = one.compare(*a, *b); order != 0)
                return order < 0;
        }
        return a->start != b->start ? a->start > b->start : a->id < b->id;
    });
    std::vector<std::string> ids;
    for (const Known* run : found)
        ids.push_back(run->id);
    return ids;
}

void SearchTest::searchOnce(test::TrackingService& service)
{
    std::vector<Clause> clauses;
    std::vector<Sorting> sortings;
    for (quint32 count = m_dice.bounded(3u); count > 0; --count)
        clauses.push_back(clause());
    for (quint32 count = m_dice.bounded(3u); count > 0; --count) {
        sortings.push_back(sorting());
        if (sortings.size() == 2 && sortings[0].text.substr(0, sortings[0].text.find(' ')) == sortings[1].text.substr(0, sortings[1].text.find(' ')))
            sortings.pop_back();
    }
    const char* const views[] = {"ACTIVE_ONLY", "ALL", "DELETED_ONLY"};
    json body{{"experiment_ids", {"0"}}, {"run_view_type", views[m_dice.bounded(3)]}, {"max_results", 1 + m_dice.bounded(40)}, {"order_by", json::array()}};
    std::string filter;
    for (const Clause& one : clauses)
        filter += (filter.empty() ? "" : " and ") + one.text;
    body["filter"] = filter;
    for (const Sorting& one : sortings)
        body["order_by"].push_back(one.text);
    std::vector<std::string> ids;
    for (;;) {
        const json page = service.post("runs/search", body);
        for (const json& run : page.value("runs", json::array()))
            ids.push_back(run["info"]["run_id"]);
        if (!page.contains("next_page_token"))
            break;
        body["page_token"] = page["next_page_token"];
    }
    const auto wanted = expected(clauses, sortings, body["run_view_type"]);
    QVERIFY2(ids == wanted, (body.dump() + ": " + std::to_string(ids.size()) + " found, " + std::to_string(wanted.size()) + " fit").c_str());
}

void SearchTest::findsWhatFits()
{
    QTemporaryDir folder;
    test::TrackingService service(folder.path().toStdString());
    m_runs.clear();
    service.post("experiments/create", {{"name", "other"}});
    for (int i = 0; i < 150; ++i)
        addRun(service);
    for (int i = 0; i < 900; ++i)
        changeRun(service);
    for (int i = 0; i < 300 && !QTest::currentTestFailed(); ++i)
        searchOnce(service);
}

void SearchTest::keepsUp()
{
    QTemporaryDir folder;
    test::TrackingService service(folder.path().toStdString());
    m_runs.clear();
    service.post("experiments/create", {{"name", "other"}});
    for (int i = 0; i < 40; ++i)
        addRun(service);
    for (int i = 0; i < 600 && !QTest::currentTestFailed(); ++i) {
        if (m_dice.bounded(4) == 0)
            addRun(service);
        changeRun(service);
        searchOnce(service);
    }
}

QTEST_GUILESS_MAIN(SearchTest)
#include "search_test.moc"
