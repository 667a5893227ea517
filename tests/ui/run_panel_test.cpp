#include "panels/runs/chartgrid.h"
#include "panels/runs/filetreemodel.h"
#include "panels/runs/runpanel.h"
#include "support/practice.h"
#include "theme/theme.h"
#include "widgets/codeview.h"
#include "widgets/logpane.h"
#include "widgets/notice.h"
#include "widgets/phasebar.h"
#include "widgets/statechip.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTabWidget>
#include <QTreeView>

using namespace runyard;

class RunPanelTest : public QObject {
    Q_OBJECT

private:
    template<typename T>
    T* part(const char* name) { return m_panel->findChild<T*>(QString::fromLatin1(name)); }

    void press(const char* name) { QTest::mouseClick(part<QPushButton>(name), Qt::LeftButton); }
    QString state() { return part<StateChip>("runState")->word(); }
    QString log() { return part<QWidget>("liveLog")->findChild<LogView*>()->shownText(); }

    void makePanel()
    {
        m_panel.emplace(m_desk->bridge(), m_desk->client().runs, m_desk->client().models);
        m_panel->resize(1180, 800);
        m_panel->show();
    }

    qsizetype points(const char* chart, const char* series)
    {
        const auto* found = part<Chart>(chart);
        const ChartData* data = found ? found->series(QString::fromLatin1(series)) : nullptr;
        return data ? data->points().size() : -1;
    }

    void openTab(int tab)
    {
        auto* bar = part<QTabWidget>("runTabs")->tabBar();
        QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(tab).center());
    }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<Practice> m_practice;
    std::optional<RunPanel> m_panel;

private Q_SLOTS:
    void init()
    {
        if (!m_theme)
            m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
        QVERIFY(m_desk->open());
        m_practice.emplace(*m_desk);
        makePanel();
    }

    void cleanup()
    {
        m_panel.reset();
        m_practice.reset();
        m_desk.reset();
    }

    void watchesARunAndRegistersItsModel()
    {
        const QString id = m_practice->submit(Practice::training(12, 0.3));
        QVERIFY(!id.isEmpty());
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Running")), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("epoch 1")), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(points("chart_training_acc", "training") >= 2, 20'000);
        QVERIFY(points("chart_training_acc", "training") < 12);  // it is seen while it trains
        QVERIFY(part<QPushButton>("runCancel")->isVisible());
        QVERIFY(!part<QPushButton>("runRegister")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Completed")), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(points("chart_training_acc", "training"), qsizetype(12), 5000);
        QCOMPARE(points("chart_training_acc", "validation"), qsizetype(12));
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("last line")), 5000);
        QVERIFY(!part<QPushButton>("runCancel")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>("runRegister")->isEnabled(), 10'000);
        QSignalSpy registered(&*m_panel, &RunPanel::modelRegistered);
        press("runRegister");
        QCOMPARE(part<QComboBox>("registerPath")->currentText(), QStringLiteral("outputs/model"));
        part<QLineEdit>("registerName")->selectAll();
        QTest::keyClicks(part<QLineEdit>("registerName"), QStringLiteral("tf mnist"));
        QVERIFY(!part<QPushButton>("registerConfirm")->isEnabled());  // no blanks in names
        part<QLineEdit>("registerName")->selectAll();
        QTest::keyClicks(part<QLineEdit>("registerName"), QStringLiteral("tf-mnist"));
        press("registerConfirm");
        QTRY_COMPARE_WITH_TIMEOUT(registered.count(), 1, 20'000);
        const auto versions = m_desk->answer(m_desk->client().models.versions("tf-mnist"));
        QVERIFY(versions && *versions);
        QCOMPARE((*versions)->size(), std::size_t(1));
        QCOMPARE((*versions)->front().jobName, id.toStdString());
        QVERIFY(part<Notice>("runNotice")->sentence().contains(QStringLiteral("tf-mnist, version 1")));
    }

    void opensAFinishedRunComplete()
    {
        const QString id = m_practice->submit(Practice::training(3, 0));
        QCOMPARE(m_practice->end(id), std::string("Completed"));
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Completed")), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("last line")), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(points("chart_training_acc", "validation"), qsizetype(3), 10'000);
        const auto phases = part<PhaseBar>("runPhases")->phases();
        QVERIFY(std::all_of(phases.begin(), phases.end(), [](const auto& phase) { return phase.state == runyard::Phase::State::Done; }));
        openTab(2);
        auto* table = part<QTableView>("metricTable");
        QVERIFY(table->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 3, 5000);
        openTab(4);
        auto* outputs = part<QTreeView>("outputsTree");
        QTRY_VERIFY_WITH_TIMEOUT(static_cast<const FileTreeModel*>(outputs->model())->indexOf(QStringLiteral("outputs/model/weights.txt")).isValid(), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(!outputs->isColumnHidden(FileTreeModel::Digest), 5000);  // the service took them when the run ended
        outputs->setCurrentIndex(static_cast<const FileTreeModel*>(outputs->model())->indexOf(QStringLiteral("outputs/model/weights.txt")));
        QTRY_COMPARE_WITH_TIMEOUT(part<CodeView>("outputsPreview")->toPlainText(), QStringLiteral("weights of the network"), 10'000);
        openTab(5);
        QTRY_VERIFY_WITH_TIMEOUT(part<CodeView>("codePreview")->toPlainText().contains(QStringLiteral("run.log('training_acc'")), 10'000);
        openTab(6);
        QVERIFY(part<CodeView>("jobSpec")->toPlainText().contains(QStringLiteral("train.py")));
    }

    void aLogThatCannotBeKeptIsTold()
    {
        const QString id = m_practice->submit(Practice::training(1, 0));
        QCOMPARE(m_practice->end(id), std::string("Completed"));
        const QByteArray cache = qgetenv("XDG_CACHE_HOME");
        qputenv("XDG_CACHE_HOME", "/dev/null/none");
        m_panel->open(id);
        auto* notice = part<Notice>("runNotice");
        QTRY_VERIFY_WITH_TIMEOUT(notice->isVisible() && !notice->sentence().isEmpty(), 10'000);
        cache.isNull() ? qunsetenv("XDG_CACHE_HOME") : qputenv("XDG_CACHE_HOME", cache);
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("last line")), 10'000);
        QVERIFY(!notice->isVisible());
    }

    void aSavedLogIsTold()
    {
        const QString id = m_practice->submit(Practice::training(1, 0));
        QCOMPARE(m_practice->end(id), std::string("Completed"));
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("last line")), 10'000);
        auto* pane = part<LogPane>("liveLog");
        const auto buttons = pane->findChildren<QPushButton*>();
        const auto save = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton* button) { return button->text().startsWith(QStringLiteral("Save")); });
        QVERIFY(save != buttons.end());
        QTest::mouseClick(*save, Qt::LeftButton);
        QFileDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = pane->findChild<QFileDialog*>()));
        const QString target = m_desk->scratch(QStringLiteral("saved")) + QStringLiteral("/log.txt");
        QVERIFY(QDir().mkpath(QFileInfo(target).path()));
        Q_EMIT dialog->fileSelected(target);
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(part<Notice>("runNotice")->sentence().contains(target), 10'000);
        QVERIFY(QFileInfo(target).size() > 0);
    }

    void cancelsAfterAsking()
    {
        const QString id = m_practice->submit(Practice::training(1000, 0.2));
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("epoch 2")), 60'000);
        press("runCancel");
        QTRY_VERIFY(part<QPushButton>("runCancelConfirm")->isVisible());
        press("runCancelConfirm");
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Canceled")), 30'000);
        QVERIFY(log().contains(QStringLiteral("epoch")));
    }

    void tellsWhyARunFailed()
    {
        const QString id = m_practice->submit("import sys\nprint('before the end', flush=True)\nsys.exit(3)\n");
        m_panel->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Failed")), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(part<Notice>("runNotice")->sentence().contains(QStringLiteral("3")), 5000);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("before the end")), 5000);
    }

    void survivesBeingReopenedAndClosed()
    {
        const QString first = m_practice->submit(Practice::training(200, 0.1));
        const QString second = m_practice->submit(Practice::training(2, 0));
        m_panel->open(first);
        QTRY_VERIFY_WITH_TIMEOUT(log().contains(QStringLiteral("epoch 1")), 60'000);
        m_panel->open(second);
        QTRY_VERIFY_WITH_TIMEOUT(!log().contains(QStringLiteral("epoch 1")), 5000);
        m_panel->open(first);
        m_panel.reset();
        makePanel();
        m_panel->open(first);
        QTRY_VERIFY_WITH_TIMEOUT(points("chart_training_acc", "training") >= 3, 30'000);
        const auto cancelled = m_desk->answer(m_desk->client().runs.cancel(first.toStdString()));
        QVERIFY(cancelled && *cancelled);
        QTRY_VERIFY_WITH_TIMEOUT(state().startsWith(QStringLiteral("Canceled")), 30'000);
    }
};

QTEST_MAIN(RunPanelTest)
#include "run_panel_test.moc"
