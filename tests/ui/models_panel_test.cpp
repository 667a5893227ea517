#include "api/job.h"
#include "bridge/feed.h"
#include "models/modelmodels.h"
#include "panels/models/modelspanel.h"
#include "support/desk.h"
#include "theme/theme.h"
#include "widgets/notice.h"
#include "widgets/statechip.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace runyard;

namespace {

Task<Result<>> submitting(client::Estimators& estimators, client::EstimatorDraft draft, Sink<client::SubmitProgress> sink, std::shared_ptr<std::string> id)
{
    auto job = co_await estimators.submit(std::move(draft), sink);
    if (!job)
        co_return Failure(job.error());
    *id = job->name;
    co_return Result<>();
}

} // namespace

// A model registered from a real run, as the panel shows and downloads it.
class ModelsPanelTest : public QObject {
    Q_OBJECT

private:
    template<typename T>
    T* part(const char* name) { return m_panel->findChild<T*>(QString::fromLatin1(name)); }

    void press(const char* name) { QTest::mouseClick(part<QPushButton>(name), Qt::LeftButton); }

    void type(const char* name, const QString& text)
    {
        auto* field = part<QLineEdit>(name);
        QTest::mouseClick(field, Qt::LeftButton);
        field->selectAll();
        QTest::keyClicks(field, text);
    }

    bool showsChip(const QString& word)
    {
        const auto chips = m_panel->findChildren<StateChip*>();
        return std::any_of(chips.begin(), chips.end(), [&](StateChip* chip) { return chip->isVisible() && chip->word().contains(word); });
    }

    Notice* downloadNotice() { return part<QWidget>("downloadForm")->findChild<Notice*>(); }

    std::string submit()
    {
        const QString source = m_desk->scratch(QStringLiteral("source"));
        QDir().mkpath(source);
        QFile script(source + QStringLiteral("/train.py"));
        if (!script.open(QIODevice::WriteOnly))
            return {};
        script.write("import os\nos.makedirs('outputs/model/variables')\nopen('outputs/model/saved_model.pb', 'wb').write(b'graph' * 1000)\n"
                     "open('outputs/model/variables/data', 'wb').write(bytes(range(256)) * 512)\n");
        script.close();
        client::EstimatorDraft draft;
        draft.sourceFolder = source.toStdString();
        draft.entryScript = "train.py";
        draft.environment.framework.clear();
        draft.experiment = "tests";
        draft.compute = "this-computer";
        const auto id = std::make_shared<std::string>();
        Feed<client::SubmitProgress> feed(m_desk->bridge());
        std::optional<Result<>> end;
        feed.start([&](Sink<client::SubmitProgress> sink) { return submitting(m_desk->client().estimators, draft, sink, id); },
                   [](std::vector<client::SubmitProgress>) {}, [&](Result<> result) { end = std::move(result); });
        for (QElapsedTimer clock = started(); !end && clock.elapsed() < 60'000;)
            QTest::qWait(20);
        if (end && !*end)
            qWarning("%s (%s)", end->error().message.c_str(), end->error().detail.c_str());
        return *id;
    }

    static QElapsedTimer started()
    {
        QElapsedTimer clock;
        clock.start();
        return clock;
    }

    std::string statusAtEnd(const std::string& id)
    {
        std::string status;
        for (QElapsedTimer clock = started(); !api::isTerminal(status) && clock.elapsed() < 120'000;) {
            const auto details = m_desk->answer(m_desk->client().runs.details(id));
            status = details && *details ? (*details)->status : std::string();
            if (details && *details && !(*details)->errorMessage.empty())
                qWarning("%s", (*details)->errorMessage.c_str());
            QTest::qWait(100);
        }
        return status;
    }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<ModelsPanel> m_panel;
    std::string m_run;

private Q_SLOTS:
    void initTestCase()
    {
        m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
        QVERIFY(m_desk->open());
        m_panel.emplace(m_desk->bridge(), m_desk->client().models);
        m_panel->resize(1200, 760);
        m_panel->show();
    }

    void cleanupTestCase()
    {
        m_panel.reset();
        m_desk.reset();
    }

    void saysThatThereIsNone()
    {
        QTRY_VERIFY_WITH_TIMEOUT([&] {
            const auto labels = m_panel->findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(), [](QLabel* label) { return label->isVisible() && label->text().contains(QStringLiteral("No model yet")); });
        }(), 10'000);
    }

    void showsAVersionWithItsRun()
    {
        m_run = submit();
        QVERIFY(!m_run.empty());
        QCOMPARE(statusAtEnd(m_run), std::string("Completed"));
        client::RegisterRequest request;
        request.runId = m_run;
        request.path = "outputs/model";
        request.name = "tf-mnist";
        const auto version = m_desk->answer(m_desk->client().models.registerFromRun(request));
        QVERIFY(version && *version);
        m_panel->choose(QStringLiteral("tf-mnist"));
        QTRY_COMPARE_WITH_TIMEOUT(part<QTableView>("versionTable")->model()->rowCount(), 1, 10'000);
        const QModelIndex row = part<QTableView>("versionTable")->currentIndex();
        QVERIFY(row.isValid());
        QCOMPARE(row.siblingAtColumn(ModelVersionModel::Version).data().toString(), QStringLiteral("1"));
        QCOMPARE(row.siblingAtColumn(ModelVersionModel::Run).data().toString().toStdString(), m_run);
        QCOMPARE(row.siblingAtColumn(ModelVersionModel::Size).data().toInt(), 5000 + 256 * 512);
        QCOMPARE(row.siblingAtColumn(ModelVersionModel::Digest).data(Qt::ToolTipRole).toString().size(), 64);
        const QSignalSpy opened(&*m_panel, &ModelsPanel::runActivated);
        part<QTableView>("versionTable")->setFocus();
        QTest::keyClick(part<QTableView>("versionTable"), Qt::Key_Return);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString().toStdString(), m_run);
    }

    void downloadsIt()
    {
        const QString folder = m_desk->scratch(QStringLiteral("down/tf-mnist-1"));
        type("modelFolder", folder);
        press("modelDownload");
        QTRY_VERIFY_WITH_TIMEOUT(showsChip(QStringLiteral("2 files verified")), 20'000);
        QFile file(folder + QStringLiteral("/saved_model.pb"));
        if (!file.exists())
            file.setFileName(folder + QStringLiteral("/model/saved_model.pb"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("graph").repeated(1000));
    }

    void doesNotReplaceUnlessTold()
    {
        const QString folder = m_desk->scratch(QStringLiteral("down/tf-mnist-1"));
        type("modelFolder", folder);
        press("modelDownload");
        QTRY_VERIFY_WITH_TIMEOUT(downloadNotice()->isVisible(), 20'000);
        QVERIFY(downloadNotice()->sentence().contains(QStringLiteral("exists")));
        auto* box = part<QCheckBox>("modelReplace");
        QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        press("modelDownload");
        QTRY_VERIFY_WITH_TIMEOUT(showsChip(QStringLiteral("2 files verified")), 20'000);
        QVERIFY(!downloadNotice()->isVisible());
    }

    void asksForAWholePath()
    {
        type("modelFolder", QStringLiteral("somewhere"));
        press("modelDownload");
        const auto labels = m_panel->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](QLabel* label) { return label->isVisible() && label->text().contains(QStringLiteral("whole path")); }));
    }

    void rowsMerge()
    {
        ModelVersionModel versions;
        ModelListModel models;
        const QAbstractItemModelTester one(&versions, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QAbstractItemModelTester two(&models, QAbstractItemModelTester::FailureReportingMode::QtTest);
        api::ModelVersion first;
        first.version = "1";
        api::ModelVersion second = first;
        second.version = "2";
        versions.merge({first});
        const QPersistentModelIndex kept = versions.index(0, 0);
        versions.merge({second, first});
        QCOMPARE(kept.row(), 1);
        api::ModelContainer container;
        container.name = "a";
        models.merge({container});
        models.merge({});
        QCOMPARE(models.rowCount(), 0);
    }
};

QTEST_MAIN(ModelsPanelTest)
#include "models_panel_test.moc"
