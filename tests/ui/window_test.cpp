#include "panels/computes/computespanel.h"
#include "panels/data/datapanel.h"
#include "support/desk.h"
#include "theme/theme.h"
#include "widgets/notice.h"
#include "window/mainwindow.h"
#include "window/settings.h"

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QScopeGuard>
#include <QScreen>
#include <QTemporaryDir>
#include <QTimer>

#include <sys/mount.h>

using namespace runyard;

class WindowTest : public QObject {
    Q_OBJECT

private:
    template<typename T>
    T* part(const char* name) { return m_window->findChild<T*>(QString::fromLatin1(name)); }

    void press(const char* name) { QTest::mouseClick(part<QWidget>(name), Qt::LeftButton); }
    int workspaceState() { return part<QWidget>("workspaceSwitcher")->property("stateKind").toInt(); }
    QString settingsFile() const { return m_desk->scratch(QStringLiteral("window.ini")); }

    void makeWindow(const Settings& settings = {})
    {
        m_window.emplace(m_desk->bridge(), m_desk->client(), *m_theme, settings, settingsFile());
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&*m_window));
    }

    template<typename T>
    bool shows()
    {
        T* panel = m_window->findChild<T*>();
        return panel && panel->isVisible();
    }

    static QByteArray pasted(const QString& script)
    {
        QProcess shell;
        shell.start(QStringLiteral("bash"), {QStringLiteral("-c"), script});
        return shell.waitForFinished(20'000) ? shell.readAllStandardOutput() : QByteArray();
    }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<MainWindow> m_window;

private Q_SLOTS:
    void init()
    {
        m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
    }

    void cleanup()
    {
        m_window.reset();
        m_desk.reset();
        m_theme.reset();
    }

    void opensTheWorkspaceByOneClick()
    {
        makeWindow();
        QCOMPARE(workspaceState(), static_cast<int>(StateKind::Neutral));
        press("homeWorkHere");
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>("statusLine")->accessibleName().contains(QStringLiteral("cores busy")), 5000);
        QVERIFY(part<QWidget>("statusLine")->accessibleName().contains(QStringLiteral("Local service")));
        QVERIFY(Settings::load(settingsFile()).isWorkspaceOpen);
    }

    void opensByItselfTheNextTime()
    {
        Settings settings;
        settings.isWorkspaceOpen = true;
        makeWindow(settings);
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 20'000);
    }

    void pagesByMouseAndKeys()
    {
        makeWindow();
        press("rail_data");  // opens the workspace on the way
        QTRY_VERIFY_WITH_TIMEOUT(shows<DataPanel>(), 20'000);
        QTest::keyClick(&*m_window, Qt::Key_3, Qt::ControlModifier);
        QVERIFY(shows<ComputesPanel>());
        QVERIFY(!shows<DataPanel>());
        QVERIFY(part<QAbstractButton>("rail_compute")->isChecked());
        QTest::keyClick(&*m_window, Qt::Key_1, Qt::ControlModifier);
        QVERIFY(part<QWidget>("homeWorkHere")->isVisible());
    }

    void paletteFindsPages()
    {
        makeWindow();
        press("homeWorkHere");
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 20'000);
        QTest::keyClick(&*m_window, Qt::Key_K, Qt::ControlModifier);
        auto* field = part<QLineEdit>("paletteField");
        QVERIFY(field->isVisible());
        QTest::keyClicks(field, QStringLiteral("compu"));
        QCOMPARE(part<QListWidget>("paletteList")->count(), 1);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(shows<ComputesPanel>());
        QVERIFY(!field->isVisible());
        press("search");
        QVERIFY(field->isVisible());
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!field->isVisible());
    }

    void schemeAndScaleAreKept()
    {
        makeWindow();
        press("rail_settings");
        QTest::mouseClick(part<QWidget>("schemeDark"), Qt::LeftButton, {}, QPoint(8, part<QWidget>("schemeDark")->height() / 2));
        QCOMPARE(m_theme->scheme(), Scheme::Dark);
        QTest::keyClick(&*m_window, Qt::Key_Equal, Qt::ControlModifier);
        QCOMPARE(m_theme->scale(), 1.05);
        m_window->resize(1300, 800);
        m_window->close();
        const Settings kept = Settings::load(settingsFile());
        QCOMPARE(static_cast<int>(kept.scheme), static_cast<int>(SchemeSetting::Dark));
        QCOMPARE(kept.scale, 1.05);
        m_theme->setScale(1.0);
        makeWindow(kept);
        QCOMPARE(m_window->size(), QSize(1300, 800));
    }

    void railBecomesNarrow()
    {
        makeWindow();
        m_window->resize(1200, 760);
        QTRY_VERIFY(part<QWidget>("rail_home")->width() > 150);
        m_window->resize(1000, 760);
        QTRY_VERIFY(part<QWidget>("rail_home")->width() < 60);
    }

    void saysWhyTheWorkspaceDoesNotOpen()
    {
        m_desk.emplace(QStringLiteral("/dev/null/data"));
        makeWindow();
        press("homeWorkHere");
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Danger), 30'000);
        const auto notices = m_window->findChildren<Notice*>();
        QVERIFY(std::any_of(notices.begin(), notices.end(), [](Notice* notice) { return notice->isVisible() && !notice->sentence().isEmpty(); }));
    }

    void closingAsksWhileATransferRuns()
    {
        makeWindow();
        press("rail_data");
        QTRY_VERIFY_WITH_TIMEOUT(shows<DataPanel>(), 20'000);
        const QString file = m_desk->scratch(QStringLiteral("large.bin"));
        QFile large(file);
        QVERIFY(large.open(QIODevice::WriteOnly) && large.resize(qint64(2) << 30));
        press("dataUpload");
        QTest::keyClicks(part<QLineEdit>("uploadSource"), file);
        press("uploadStart");
        QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>("statusLine")->accessibleName().contains(QStringLiteral("1 transfer")), 10'000);
        QString sentence;
        const auto answer = [&](const QString& button) {
            QTimer::singleShot(300, &*m_window, [&sentence, button] {
                auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                sentence = question ? question->text() : QString();
                for (QAbstractButton* choice : question ? question->buttons() : QList<QAbstractButton*>()) {
                    if (choice->text() == button)
                        QTest::mouseClick(choice, Qt::LeftButton);
                }
            });
            m_window->close();
        };
        answer(QStringLiteral("Keep it open"));
        QVERIFY(sentence.contains(QStringLiteral("A transfer is under way")));
        QVERIFY(m_window->isVisible());
        QVERIFY(part<QWidget>("statusLine")->accessibleName().contains(QStringLiteral("1 transfer")));
        answer(QStringLiteral("Stop and close"));
        QVERIFY(!m_window->isVisible());
    }

    void saysWhenTheDiskIsFull()
    {
        const QTemporaryDir small;
        if (::mount("tmpfs", qPrintable(small.path()), "tmpfs", 0, "size=80m") != 0)
            QSKIP("A small disk needs root.");
        const auto unmounted = qScopeGuard([&small] { ::umount2(qPrintable(small.path()), MNT_DETACH); });
        m_desk.emplace(small.path());
        makeWindow();
        press("homeWorkHere");
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 20'000);
        QFile filler(small.filePath(QStringLiteral("filler")));
        QVERIFY(filler.open(QIODevice::WriteOnly));
        const QByteArray megabyte(1 << 20, 'x');
        for (int i = 0; i < 40; ++i)
            filler.write(megabyte);
        filler.flush();
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Warning), 10'000);
        QVERIFY(part<QWidget>("statusLine")->accessibleName().contains(QStringLiteral("The disk is full")));
        QVERIFY(filler.remove());
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 10'000);
        m_window.reset();
        m_desk.reset();
    }

    void fitsTheScreen()
    {
        makeWindow();
        const QSize room = m_window->screen()->availableSize();
        QCOMPARE(m_window->frameSize().boundedTo(room), m_window->frameSize());
    }

    void linesForOtherToolsAreReadyToPaste()
    {
        makeWindow();
        press("homeWorkHere");
        QTRY_COMPARE_WITH_TIMEOUT(workspaceState(), static_cast<int>(StateKind::Success), 20'000);
        press("homeConnect");
        auto* shell = part<QPlainTextEdit>("connectShell");
        QTRY_VERIFY_WITH_TIMEOUT(shell && shell->toPlainText().contains(QStringLiteral("ARM_CLOUD_METADATA_URL='https://localhost:")), 5000);
        part<QWidget>("connectTools")->setFocus();
        const auto linesOf = [&](const char* mark) {
            for (int at = 0; at < 5 && !shell->toPlainText().contains(QLatin1String(mark)); ++at)
                QTest::keyClick(part<QWidget>("connectTools"), Qt::Key_Right);
            press("connectShellCopy");
            return QGuiApplication::clipboard()->text();
        };
        const QString signature = linesOf("RUNYARD_SAS=");
        QVERIFY(shell->toPlainText().contains(QStringLiteral("Bearer ••••••••")));
        press("connectExampleCopy");
        const QString place = QGuiApplication::clipboard()->text().section(QLatin1Char('"'), 1, 1).section(QLatin1Char('?'), 0, 0);
        QVERIFY(pasted(signature + QStringLiteral("curl -sS --cacert \"$SSL_CERT_FILE\" \"%1?restype=container&comp=list&$RUNYARD_SAS\"").arg(place)).contains("<EnumerationResults"));

        QString script = linesOf("RUNYARD_TOKEN='••••••••'");
        press("connectExampleCopy");
        script += QGuiApplication::clipboard()->text();
        QVERIFY(script.contains(QStringLiteral("RUNYARD_TOKEN='ey")));
        QCOMPARE(pasted(script), QByteArray("{\"value\":[]}"));
    }

    void aSecondStartRaisesTheFirst()
    {
        const QString program = qEnvironmentVariable("RUNYARD_BIN") + QStringLiteral("/runyard");
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_desk->scratch(QStringLiteral("config")));
        const QStringList arguments{QStringLiteral("--data"), m_desk->scratch(QStringLiteral("other"))};
        QProcess first;
        QProcess second;
        for (QProcess* process : {&first, &second})
            process->setProcessEnvironment(environment);
        first.start(program, arguments);
        QVERIFY(first.waitForStarted());
        const QDir sockets(m_desk->scratch(QStringLiteral("runyard")));
        QTRY_VERIFY_WITH_TIMEOUT(!sockets.entryList({QStringLiteral("window-*")}, QDir::System | QDir::Files).isEmpty(), 20'000);
        second.start(program, arguments);
        QVERIFY(second.waitForFinished(10'000));
        QCOMPARE(second.exitStatus(), QProcess::NormalExit);
        QCOMPARE(second.exitCode(), 0);
        QCOMPARE(first.state(), QProcess::Running);
        first.terminate();
        first.waitForFinished(10'000);
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
