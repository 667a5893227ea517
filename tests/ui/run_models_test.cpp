#include "models/metricgroups.h"
#include "panels/estimator/packagelist.h"
#include "panels/runs/chartgrid.h"
#include "panels/runs/filetreemodel.h"
#include "panels/runs/metricmodel.h"
#include "panels/runs/runfilter.h"
#include "panels/runs/runmodel.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace runyard;

namespace {

api::RunSummary run(const std::string& id, const std::string& status, Millis started, Millis ended = 0)
{
    api::RunSummary made;
    made.id = id;
    made.name = id;
    made.status = status;
    made.started = started;
    made.ended = ended;
    made.experimentName = "tf-mnist";
    return made;
}

api::Blob file(const std::string& name, std::int64_t size = 1)
{
    api::Blob made;
    made.name = name;
    made.size = size;
    return made;
}

QString drawn(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
{
    QString text;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        text += QString(depth, QLatin1Char(' ')) + index.data().toString() + QLatin1Char('\n') + drawn(model, index, depth + 1);
    }
    return text;
}

QString groups(const std::vector<std::string>& keys)
{
    QString text;
    for (const MetricGroup& group : groupMetrics(keys)) {
        text += QString::fromStdString(group.title) + QLatin1Char(':');
        for (const auto& member : group.members)
            text += QLatin1Char(' ') + QString::fromStdString(member.label + "=" + member.key);
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace

class RunModelsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsMergeById()
    {
        RunModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({run("a", "Running", 1000), run("b", "Completed", 500, 900)});
        const QPersistentModelIndex a(model.indexOf(QStringLiteral("a")));
        const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.setRuns({run("c", "Queued", 0), run("a", "Completed", 1000, 62'000), run("b", "Completed", 500, 900)});
        QCOMPARE(resets.count(), 0);
        QVERIFY(a.isValid());
        QCOMPARE(a.sibling(a.row(), RunModel::State).data().toString(), QStringLiteral("Completed"));
        QCOMPARE(a.sibling(a.row(), RunModel::Duration).data().toString(), QStringLiteral("01:01"));
        QCOMPARE(changes.count(), 1);  // b is as it was
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.activeCount(), 1);
        model.setRuns({run("c", "Queued", 0)});
        QVERIFY(!a.isValid());
        QCOMPARE(model.rowCount(), 1);
    }

    void metricColumnsComeWithRuns()
    {
        RunModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({run("a", "Running", 1000)});
        QCOMPARE(model.columnCount(), static_cast<int>(RunModel::FirstMetric));
        auto better = run("a", "Running", 1000);
        better.metrics = {{"validation_acc", 0.8893}, {"loss", std::numeric_limits<double>::quiet_NaN()}};
        model.setRuns({better});
        QCOMPARE(model.columnCount(), RunModel::FirstMetric + 2);
        QCOMPARE(model.index(0, RunModel::FirstMetric).data().toString(), QStringLiteral("NaN"));
        QCOMPARE(model.index(0, RunModel::FirstMetric + 1).data().toString(), QStringLiteral("0.8893"));
    }

    void filterFindsAllWords()
    {
        RunModel model;
        RunFilter filter;
        filter.setSourceModel(&model);
        auto tagged = run("sad_otter", "Failed", 2000, 3000);
        tagged.params = {{"learning-rate", "0.02"}};
        model.setRuns({run("calm_heron", "Completed", 1000, 2000), tagged});
        filter.setSearch(QStringLiteral("TF-mnist rate=0.02"));
        QCOMPARE(drawn(filter), QStringLiteral("sad_otter\n"));
        filter.setSearch({});
        filter.setStates(RunFilter::States::Completed);
        QCOMPARE(drawn(filter), QStringLiteral("calm_heron\n"));
        filter.setStates(RunFilter::States::All);
        filter.sort(RunModel::Started, Qt::DescendingOrder);
        QCOMPARE(drawn(filter), QStringLiteral("sad_otter\ncalm_heron\n"));
    }

    // As a list grows while a window is open: a run comes queued, starts, ends, brings metrics.
    void newestStaysFirst_data()
    {
        QTest::addColumn<bool>("isThereAtFirst");
        QTest::newRow("a list that starts empty") << false;
        QTest::newRow("a list that starts with a run and its metrics") << true;
    }

    void newestStaysFirst()
    {
        RunModel model;
        RunFilter filter;
        filter.setSourceModel(&model);
        filter.sort(RunModel::Started, Qt::DescendingOrder);
        const Millis now = QDateTime::currentMSecsSinceEpoch();
        QFETCH(bool, isThereAtFirst);
        if (!isThereAtFirst) {
            model.setRuns({});
            model.setRuns({run("old", "Queued", 0)});
            model.setRuns({run("old", "Running", now - 60'000)});
        }
        auto old = run("old", "Running", now - 60'000);
        old.metrics = {{"training_acc", 0.9}};
        model.setRuns({old});
        old = run("old", "Completed", now - 60'000, now - 40'000);
        old.metrics = {{"training_acc", 0.9}, {"final_acc", 0.8}, {"validation_acc", 0.85}};
        model.setRuns({old});
        model.setRuns({run("new", "Queued", 0), old});
        QCOMPARE(drawn(filter), QStringLiteral("new\nold\n"));
        model.setRuns({run("new", "Running", now - 5000), old});
        QCOMPARE(drawn(filter), QStringLiteral("new\nold\n"));
        auto fresh = run("new", "Completed", now - 5000, now - 1000);
        fresh.metrics = old.metrics;
        model.setRuns({fresh, old});
        QCOMPARE(drawn(filter), QStringLiteral("new\nold\n"));
        QCOMPARE(model.headerData(RunModel::FirstMetric, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("training_acc"));
        QCOMPARE(model.headerData(RunModel::FirstMetric + 2, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("final_acc"));
    }

    void filesAreATree()
    {
        FileTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setFiles({file("outputs/model/saved_model.pb", 7), file("user_logs/std_log.txt", 3), file("outputs/a b.txt", 2)});
        QCOMPARE(drawn(model), QStringLiteral("outputs\n model\n  saved_model.pb\n a b.txt\nuser_logs\n std_log.txt\n"));
        QCOMPARE(model.bytes(), std::int64_t(12));
        const QPersistentModelIndex kept(model.indexOf(QStringLiteral("outputs/model")));
        model.setFiles({file("outputs/model/saved_model.pb", 9), file("outputs/model/variables/v", 1)});
        QVERIFY(kept.isValid());
        QCOMPARE(drawn(model), QStringLiteral("outputs\n model\n  variables\n   v\n  saved_model.pb\n"));
        QCOMPARE(model.folders(), QStringList({QStringLiteral("outputs"), QStringLiteral("outputs/model"), QStringLiteral("outputs/model/variables")}));
        QCOMPARE(model.bytes(), std::int64_t(10));
        model.setFiles({});
        QCOMPARE(model.rowCount(), 0);
    }

    void metricsAreSummed()
    {
        MetricModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append("loss", {{0, 1, std::numeric_limits<double>::infinity()}, {1, 2, 3.0}, {2, 3, 1.0}});
        model.append("loss", {{3, 4, std::nan("")}});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, MetricModel::Last).data().toString(), QStringLiteral("NaN"));
        QCOMPARE(model.summaries().front().lowest.value, 1.0);
        QCOMPARE(model.summaries().front().highest.value, 3.0);
        QCOMPARE(model.index(0, MetricModel::Mean).data().toString(), QStringLiteral("2.0000"));
        QCOMPARE(model.index(0, MetricModel::Count).data().toString(), QStringLiteral("4"));
    }

    void metricsStandAsTheirCharts()
    {
        MetricModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append("final_acc", {{0, 1, 0.8}});
        const QPersistentModelIndex kept(model.index(0, MetricModel::Last));
        model.append("validation_acc", {{0, 1, 0.7}, {1, 2, 0.8}});
        model.append("training_acc", {{0, 1, 0.75}, {1, 2, 0.9}});
        QCOMPARE(drawn(model), QStringLiteral("training_acc\nvalidation_acc\nfinal_acc\n"));
        QCOMPARE(kept.row(), 2);
        model.append("training_acc", {{2, 3, 0.95}});
        QCOMPARE(model.index(0, MetricModel::Last).data().toString(), QStringLiteral("0.9500"));
    }

    void aSinglePointGivesWayToLines()
    {
        ChartGrid grid;
        grid.resize(1000, 300);
        grid.show();
        grid.append("final_acc", {{0, 1000, 0.8665}});
        QCOMPARE(grid.chartCount(), 1);
        QCOMPARE(grid.charts().front()->title(), QStringLiteral("final_acc"));
        std::vector<api::MetricPoint> points;
        for (int step = 0; step < 5; ++step)
            points.push_back({step, 1000 * step, 0.8 + 0.01 * step});
        grid.append("validation_acc", points);
        grid.append("training_acc", points);
        QCOMPARE(grid.chartCount(), 1);
        QCOMPARE(grid.charts().front()->title(), QStringLiteral("acc"));
        QCOMPARE(grid.charts().front()->seriesNames(), QStringList({QStringLiteral("training"), QStringLiteral("validation")}));
        for (std::int64_t step = 1; step < 4; ++step)
            grid.append("final_acc", {{step, 1000, 0.87}});
        QCOMPARE(grid.chartCount(), 2);
        QCOMPARE(grid.charts().back()->series(QStringLiteral("final_acc"))->points().size(), 4);
    }

    void metricsOfOneQuantityShareAChart()
    {
        QCOMPARE(groups({"final_acc", "validation_acc", "training_acc"}),
                 QStringLiteral("acc: training=training_acc validation=validation_acc\nfinal_acc: final_acc=final_acc\n"));
        QCOMPARE(groups({"training_acc"}), QStringLiteral("training_acc: training_acc=training_acc\n"));
        QCOMPARE(groups({"training_acc", "validation_acc", "final_acc"}),
                 QStringLiteral("acc: training=training_acc validation=validation_acc\nfinal_acc: final_acc=final_acc\n"));
        QCOMPARE(groups({"loss", "val_loss"}), QStringLiteral("loss: training=loss validation=val_loss\n"));
        QCOMPARE(groups({"loss/train", "loss/test"}), QStringLiteral("loss: training=loss/train test=loss/test\n"));
        QCOMPARE(groups({"loss", "train_loss"}), QStringLiteral("loss: loss=loss train_loss=train_loss\n"));
        QCOMPARE(groups({"train", "val"}), QStringLiteral("train: train=train\nval: val=val\n"));
    }

    void packagesAreSplit()
    {
        using Lines = std::vector<std::string>;
        QCOMPARE(splitPackages("mlflow-skinny, matplotlib"), Lines({"mlflow-skinny", "matplotlib"}));
        QCOMPARE(splitPackages("numpy>=1.2,<2, pandas==2.*"), Lines({"numpy>=1.2,<2", "pandas==2.*"}));
        QCOMPARE(splitPackages("ray[tune,serve]  numpy"), Lines({"ray[tune,serve]", "numpy"}));
        QCOMPARE(splitPackages("foo; python_version < '3.9' and os_name == 'posix'"), Lines({"foo; python_version < '3.9' and os_name == 'posix'"}));
        QCOMPARE(splitPackages("a @ https://example.org/a.whl\nb"), Lines({"a @ https://example.org/a.whl", "b"}));
        QCOMPARE(splitPackages(" , "), Lines());
        QCOMPARE(joinPackages({"a", "b"}), std::string("a, b"));
    }
};

QTEST_MAIN(RunModelsTest)
#include "run_models_test.moc"
