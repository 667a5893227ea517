#include "panels/runs/runspanel.h"
#include "support/practice.h"
#include "theme/theme.h"
#include "widgets/fourfaces.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace runyard;

class RunsPanelTest : public QObject {
    Q_OBJECT

private:
    QTableView* table() { return m_panel->findChild<QTableView*>(QStringLiteral("runsTable")); }
    QString cell(int row, int column) { return table()->model()->index(row, column).data().toString(); }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<Practice> m_practice;
    std::optional<RunsPanel> m_panel;

private Q_SLOTS:
    void init()
    {
        if (!m_theme)
            m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
        QVERIFY(m_desk->open());
        m_practice.emplace(*m_desk);
        m_panel.emplace(m_desk->bridge(), m_desk->client().runs);
        m_panel->resize(1180, 760);
        m_panel->show();
    }

    void cleanup()
    {
        m_panel.reset();
        m_practice.reset();
        m_desk.reset();
    }

    void startsEmptyAndFillsByItself()
    {
        auto* faces = m_panel->findChild<FourFaces*>();
        QTRY_COMPARE_WITH_TIMEOUT(faces->face(), FourFaces::Face::Empty, 10'000);
        QSignalSpy wished(&*m_panel, &RunsPanel::newRunRequested);
        QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("runsNew")), Qt::LeftButton);
        QCOMPARE(wished.count(), 1);
        const QString id = m_practice->submit(Practice::training(30, 0.2), "tf-mnist", "calm heron");
        QTRY_COMPARE_WITH_TIMEOUT(table()->model()->rowCount(), 1, 10'000);
        QCOMPARE(cell(0, RunModel::Name), QStringLiteral("calm heron"));
        QTRY_COMPARE_WITH_TIMEOUT(cell(0, RunModel::State), QStringLiteral("Running"), 60'000);
        QCOMPARE(cell(0, RunModel::Experiment), QStringLiteral("tf-mnist"));
        QCOMPARE(cell(0, RunModel::Target), QStringLiteral("this-computer"));
        const QString before = cell(0, RunModel::Duration);
        QTRY_VERIFY_WITH_TIMEOUT(cell(0, RunModel::Duration) != before, 4000);  // it ticks
        table()->selectRow(0);
        QTRY_COMPARE_WITH_TIMEOUT(cell(0, RunModel::State), QStringLiteral("Completed"), 60'000);
        QVERIFY(table()->selectionModel()->isRowSelected(0));
        QTRY_COMPARE_WITH_TIMEOUT(table()->model()->columnCount(), RunModel::FirstMetric + 3, 10'000);
        QCOMPARE(table()->horizontalHeader()->length(), table()->viewport()->width());  // the rows reach the right edge
        QSignalSpy activated(&*m_panel, &RunsPanel::runActivated);
        const QRect place = table()->visualRect(table()->model()->index(0, 0));
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, place.center());
        QTest::mouseDClick(table()->viewport(), Qt::LeftButton, {}, place.center());
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.front().front().toString(), id);
    }

    void findsAndSorts()
    {
        const QString first = m_practice->submit(Practice::training(1, 0), "tf-mnist", "sad otter");
        QCOMPARE(m_practice->end(first), std::string("Completed"));
        const QString second = m_practice->submit("raise SystemExit(3)\n", "other-things", "brave finch");
        QCOMPARE(m_practice->end(second), std::string("Failed"));
        QTRY_COMPARE_WITH_TIMEOUT(table()->model()->rowCount(), 2, 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(cell(0, RunModel::State), QStringLiteral("Failed"), 10'000);  // newest first
        auto* search = m_panel->findChild<QLineEdit*>(QStringLiteral("runsSearch"));
        QTest::keyClicks(search, QStringLiteral("otter mnist"));
        QTRY_COMPARE(table()->model()->rowCount(), 1);
        QCOMPARE(cell(0, RunModel::Name), QStringLiteral("sad otter"));
        search->clear();
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        table()->sortByColumn(RunModel::Name, Qt::AscendingOrder);
        QCOMPARE(cell(0, RunModel::Name), QStringLiteral("brave finch"));
    }
};

QTEST_MAIN(RunsPanelTest)
#include "runs_panel_test.moc"
