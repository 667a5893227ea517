#include "support/daemon.h"

#include "core/files.h"
#include "support/listening.h"

#include <QTest>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace fs = std::filesystem;
using namespace runyard;
using namespace std::chrono_literals;
using test::Daemon;
using test::freshFolder;

// What somebody is told whose service cannot start: one sentence, an exit code, nothing half done.
class ServiceStartTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { qunsetenv("XDG_RUNTIME_DIR"); }
    void writesItsCard();
    void remembersPortAndToken();
    void secondStartEndsWell();
    void saysWhatIsWrongWithTheFolder();
    void leavesOtherFoldersAlone();
    void saysThatAPathIsTooLong();
    void refusesOtherThanLoopback();
    void saysThatAPortIsTaken();
    void takesAnotherPortUnlessTold();
    void usesTheRuntimeFolder();
    void saysThatItsCardIsDamaged();
    void endsWhenNobodyNeedsIt();
    void explainsItself();
};

namespace {

struct Taken {
    ~Taken() { ::close(fd); }
    int port = 0;
    const int fd = listenOnLoopback(port, 1);
};

} // namespace

void ServiceStartTest::writesItsCard()
{
    Daemon daemon(freshFolder("card"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto info = daemon.info();
    QVERIFY(info.pid > 0 && info.pid != daemon.parent());
    QVERIFY(info.url.starts_with("http://127.0.0.1:"));
    QVERIFY(!info.token.empty() && !info.subscriptionId.empty() && !info.resourceGroup.empty() && !info.workspaceName.empty());
    struct stat facts {};
    QCOMPARE(::stat((daemon.folder() / "service.json").c_str(), &facts), 0);
    QCOMPARE(facts.st_mode & 0777u, 0600u);
    QCOMPARE(::stat((daemon.folder() / "key").c_str(), &facts), 0);
    QCOMPARE(facts.st_mode & 0777u, 0600u);
    QCOMPARE(daemon.ask(http::Request::get("http://localhost/runyard/v1/health").via(info.socket)).status, 200);
    QVERIFY(daemon.stop());
    QVERIFY(!fs::exists(daemon.folder() / "service.json"));
    QVERIFY(!fs::exists(info.socket));
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::remembersPortAndToken()
{
    Daemon daemon(freshFolder("again"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto first = daemon.info();
    QVERIFY(daemon.stop());
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto second = daemon.info();
    QCOMPARE(second.url, first.url);
    QCOMPARE(second.token, first.token);
    QCOMPARE(second.subscriptionId, first.subscriptionId);
    QVERIFY(second.pid != first.pid);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::secondStartEndsWell()
{
    Daemon daemon(freshFolder("second"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto before = daemon.info();
    QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string()}), 0);
    QVERIFY(daemon.errors().find("is running already") != std::string::npos);
    QCOMPARE(daemon.info().pid, before.pid);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::saysWhatIsWrongWithTheFolder()
{
    Daemon file(freshFolder("file"));
    std::ofstream(file.folder()) << "not a folder";
    QCOMPARE(file.startAndEnd({"--data", file.folder().string()}), 3);
    QVERIFY(file.errors().find("data folder") != std::string::npos);
    QVERIFY(file.errors().find("--data") != std::string::npos);
    fs::remove(file.folder());

    Daemon closed(freshFolder("closed"));
    fs::create_directories(closed.folder());
    const bool isRoot = ::geteuid() == 0;
    if (isRoot && ::mount("tmpfs", closed.folder().c_str(), "tmpfs", MS_RDONLY, "size=1m") != 0)
        QSKIP("A read-only disk could not be made.");
    if (!isRoot)
        fs::permissions(closed.folder(), fs::perms::owner_read | fs::perms::owner_exec);
    QCOMPARE(closed.startAndEnd({"--data", closed.folder().string()}), 3);
    QVERIFY2(closed.errors().find("cannot be written") != std::string::npos, closed.errors().c_str());
    QCOMPARE(std::ranges::count(closed.errors(), '\n'), std::ptrdiff_t(1));
    if (isRoot)
        ::umount(closed.folder().c_str());
    fs::permissions(closed.folder(), fs::perms::owner_all);
    fs::remove_all(closed.folder());
}

void ServiceStartTest::leavesOtherFoldersAlone()
{
    Daemon daemon(freshFolder("home"));
    fs::create_directories(daemon.folder());
    std::ofstream(daemon.folder() / "thesis.txt") << "mine";
    fs::permissions(daemon.folder(), fs::perms::all);
    QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string()}), 3);
    QVERIFY2(daemon.errors().find("holds other things") != std::string::npos, daemon.errors().c_str());
    QCOMPARE(fs::status(daemon.folder()).permissions(), fs::perms::all);
    QCOMPARE(std::distance(fs::directory_iterator(daemon.folder()), {}), std::ptrdiff_t(1));

    fs::remove(daemon.folder() / "thesis.txt");
    QVERIFY2(daemon.start(), daemon.errors().c_str());  // an empty one becomes a workspace, and private
    QCOMPARE(fs::status(daemon.folder()).permissions(), fs::perms::owner_all);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::saysThatAPathIsTooLong()
{
    Daemon daemon(freshFolder("long"));
    const fs::path deep = daemon.folder() / std::string(100, 'd');
    QCOMPARE(daemon.startAndEnd({"--data", deep.string()}), 3);
    QVERIFY2(daemon.errors().find("too long") != std::string::npos, daemon.errors().c_str());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::refusesOtherThanLoopback()
{
    for (const char* address : {"0.0.0.0:0", "192.168.1.1:80", "example.org:80", "127.0.0.1", "127.0.0.1:99999"}) {
        Daemon daemon(freshFolder("loopback"));
        QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string(), "--listen", address}), 2);
        QVERIFY(!fs::exists(daemon.folder()));
        QVERIFY(daemon.errors().find("127.0.0.1") != std::string::npos);
    }
}

void ServiceStartTest::saysThatAPortIsTaken()
{
    const Taken taken;
    Daemon daemon(freshFolder("port"));
    const std::string address = "127.0.0.1:" + std::to_string(taken.port);
    QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string(), "--listen", address}), 3);
    QVERIFY2(daemon.errors().find("Another program uses " + address) != std::string::npos, daemon.errors().c_str());
    QVERIFY(!fs::exists(daemon.folder() / "service.json"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::takesAnotherPortUnlessTold()
{
    Daemon daemon(freshFolder("other"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(daemon.stop());
    const Taken taken;
    auto card = *readFile(daemon.folder() / "workspace.json");
    const auto at = card.find("\"port\": ") + 8;
    card.replace(at, card.find_first_not_of("0123456789", at) - at, std::to_string(taken.port));
    std::ofstream(daemon.folder() / "workspace.json") << card;
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(!daemon.info().url.ends_with(":" + std::to_string(taken.port)));
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::usesTheRuntimeFolder()
{
    const fs::path runtime = freshFolder("runtime");
    fs::create_directories(runtime);
    qputenv("XDG_RUNTIME_DIR", runtime.c_str());
    Daemon daemon(freshFolder("deep") / std::string(100, 'd'));
    fs::create_directories(daemon.folder().parent_path());
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(daemon.info().socket.starts_with((runtime / "runyard").string()));
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder().parent_path());
    fs::remove_all(runtime);
}

void ServiceStartTest::saysThatItsCardIsDamaged()
{
    Daemon daemon(freshFolder("card2"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(daemon.stop());
    std::ofstream(daemon.folder() / "workspace.json") << "{";
    QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string()}), 3);
    QVERIFY2(daemon.errors().find("is damaged") != std::string::npos, daemon.errors().c_str());
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::endsWhenNobodyNeedsIt()
{
    Daemon daemon(freshFolder("idle"));
    const auto since = std::chrono::steady_clock::now();
    QCOMPARE(daemon.startAndEnd({"--data", daemon.folder().string(), "--idle", "1"}), 0);
    QVERIFY(std::chrono::steady_clock::now() - since > 900ms);
    QVERIFY(!fs::exists(daemon.folder() / "service.json"));
    fs::remove_all(daemon.folder());
}

void ServiceStartTest::explainsItself()
{
    Daemon daemon(freshFolder("help"));
    QCOMPARE(daemon.startAndEnd({"--help"}), 0);
    QCOMPARE(daemon.startAndEnd({"--colour"}), 2);
    QCOMPARE(daemon.startAndEnd({"routes"}), 0);
    const std::string words = daemon.errors();
    QVERIFY(words.find("Usage: runyardd") != std::string::npos);
    QVERIFY(words.find("PUT    /runyard/{container}/{blob*}") != std::string::npos);
}

QTEST_GUILESS_MAIN(ServiceStartTest)
#include "service_start_test.moc"
