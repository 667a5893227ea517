#include "models/computemodel.h"
#include "panels/computes/computespanel.h"
#include "support/desk.h"
#include "theme/theme.h"
#include "widgets/notice.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>

using namespace runyard;

class ComputesPanelTest : public QObject {
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

    void set(const char* name, int value)
    {
        auto* box = part<QSpinBox>(name);
        box->setFocus();
        box->selectAll();
        QTest::keyClicks(box, QString::number(value));
    }

    bool says(const QString& text)
    {
        const auto labels = m_panel->findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(), [&](QLabel* label) { return label->isVisible() && label->text().contains(text); });
    }

    const ComputeModel& model() { return *static_cast<const ComputeModel*>(part<QTableView>("computeTable")->model()); }
    const api::Compute& compute(const std::string& name) { return model().rowAt(model().rowOf(name)); }

    void create(const QString& name, int most)
    {
        press("computeNew");
        QTRY_VERIFY_WITH_TIMEOUT(part<QComboBox>("computeSize")->count() > 0, 10'000);
        type("computeName", name);
        set("computeMax", most);
        set("computeIdle", 30);
        QTRY_VERIFY(part<QPushButton>("computeCreate")->isEnabled());
        press("computeCreate");
        QTRY_VERIFY_WITH_TIMEOUT(!part<QWidget>("computeForm")->isVisible(), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(part<QTableView>("computeTable")->currentIndex().siblingAtColumn(0).data().toString(), name, 10'000);
    }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<ComputesPanel> m_panel;

private Q_SLOTS:
    void init()
    {
        if (!m_theme)
            m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
        QVERIFY(m_desk->open());
        m_panel.emplace(m_desk->bridge(), m_desk->client().computes);
        m_panel->resize(1200, 760);
        m_panel->show();
        QTRY_VERIFY_WITH_TIMEOUT(model().rowCount() > 0, 10'000);
    }

    void cleanup()
    {
        m_panel.reset();
        m_desk.reset();
    }

    void thisComputerIsThere()
    {
        QVERIFY(model().rowOf(thisComputer) >= 0);
        part<QTableView>("computeTable")->selectRow(model().rowOf(thisComputer));
        QVERIFY(!part<QPushButton>("computeDelete")->isVisible());
    }

    void namesAreCheckedWhileTyped()
    {
        press("computeNew");
        QTRY_VERIFY_WITH_TIMEOUT(part<QComboBox>("computeSize")->count() > 0, 10'000);
        for (const char* bad : {"a", "1cluster", "cluster-", "a_b", "much-too-long-a-name"}) {
            type("computeName", QString::fromLatin1(bad));
            QVERIFY2(!part<QPushButton>("computeCreate")->isEnabled(), bad);
            QVERIFY2(part<QLineEdit>("computeName")->property("invalid").toBool(), bad);
        }
        type("computeName", QStringLiteral("cpu-cluster"));
        QVERIFY(part<QPushButton>("computeCreate")->isEnabled());
        QVERIFY(!part<QTableView>("computeTable")->horizontalScrollBar()->isVisible());  // the table makes room for the form
        set("computeMin", 5);
        QVERIFY(!part<QPushButton>("computeCreate")->isEnabled());
        QVERIFY(says(QStringLiteral("above the most")));
    }

    void createsChangesAndDeletes()
    {
        create(QStringLiteral("cpu-cluster"), 2);
        QCOMPARE(compute("cpu-cluster").maxNodes, 2);
        QCOMPARE(compute("cpu-cluster").idleSeconds, 30);
        QVERIFY(!part<QWidget>("computeForm")->isVisible());
        QCOMPARE(part<QTableView>("computeTable")->currentIndex().siblingAtColumn(0).data().toString(), QStringLiteral("cpu-cluster"));
        QTRY_VERIFY(part<QPushButton>("computeEdit")->isVisible());
        press("computeEdit");
        set("computeMax", 3);
        press("computeCreate");
        QTRY_COMPARE_WITH_TIMEOUT(compute("cpu-cluster").maxNodes, 3, 10'000);
        press("computeDelete");
        QVERIFY(model().rowOf("cpu-cluster") >= 0);
        press("computeDeleteConfirm");
        QTRY_VERIFY_WITH_TIMEOUT(model().rowOf("cpu-cluster") < 0, 10'000);
    }

    void findsWhatIsThere()
    {
        create(QStringLiteral("again"), 2);
        press("computeNew");
        QTRY_VERIFY_WITH_TIMEOUT(part<QComboBox>("computeSize")->count() > 0, 10'000);
        type("computeName", QStringLiteral("again"));
        QTRY_VERIFY(says(QStringLiteral("it is used as it is")));
        auto* sizes = part<QComboBox>("computeSize");
        if (sizes->count() < 2)
            return;
        sizes->setCurrentIndex(1 - sizes->currentIndex());
        QVERIFY(says(QStringLiteral("Choose that size")));
        press("computeCreate");
        QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>("computeForm")->findChild<Notice*>()->isVisible(), 10'000);
        QVERIFY(!part<QWidget>("computeForm")->findChild<Notice*>()->sentence().isEmpty());
    }

    void refreshKeepsTheSelection()
    {
        create(QStringLiteral("aaa"), 1);
        create(QStringLiteral("bbb"), 1);
        part<QTableView>("computeTable")->selectRow(model().rowOf("aaa"));
        QTest::qWait(2500);
        QCOMPARE(part<QTableView>("computeTable")->currentIndex().siblingAtColumn(0).data().toString(), QStringLiteral("aaa"));
    }

    void rowsMergeByName()
    {
        ComputeModel rows;
        const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QSignalSpy resets(&rows, &QAbstractItemModel::modelReset);
        const auto make = [](std::initializer_list<const char*> names) {
            std::vector<api::Compute> list;
            for (const char* name : names)
                list.emplace_back().name = name;
            return list;
        };
        rows.merge(make({"a", "b", "c"}));
        const QPersistentModelIndex kept = rows.index(1, 0);
        rows.merge(make({"c", "x", "b"}));
        QCOMPARE(rows.rowCount(), 3);
        QCOMPARE(kept.row(), 2);
        QCOMPARE(rows.index(0, 0).data().toString(), QStringLiteral("c"));
        rows.merge({});
        QCOMPARE(rows.rowCount(), 0);
        QVERIFY(!kept.isValid());
        QCOMPARE(resets.count(), 0);
    }
};

QTEST_MAIN(ComputesPanelTest)
#include "computes_panel_test.moc"
