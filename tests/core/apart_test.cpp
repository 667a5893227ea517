#include "core/apart.h"

#include <QTest>

#include <unistd.h>

#include <csignal>

using namespace runyard;

class ApartTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void worksInAProcessOfItsOwn()
    {
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        int here = 0;
        QVERIFY(doneApart([&]() -> Result<> {
            here = 1;
            const pid_t self = ::getpid();
            return ::write(ends[1], &self, sizeof self) == sizeof self ? Result<>() : Result<>(failure(Error::Code::Storage, "It cannot be written."));
        }));
        pid_t other = 0;
        QCOMPARE(::read(ends[0], &other, sizeof other), static_cast<ssize_t>(sizeof other));
        QVERIFY(other != ::getpid());
        QCOMPARE(here, 0);
    }

    void itsErrorComesBack()
    {
        const auto done = doneApart([]() -> Result<> { return failure(Error::Code::Conflict, "It is taken.", "by\nanother"); });
        QVERIFY(!done);
        QCOMPARE(done.error().code, Error::Code::Conflict);
        QCOMPARE(done.error().message, std::string("It is taken."));
        QCOMPARE(done.error().detail, std::string("by\nanother"));
    }

    void itsDeathIsAnError()
    {
        const auto done = doneApart([]() -> Result<> {
            ::raise(SIGKILL);
            return {};
        });
        QVERIFY(!done);
        QCOMPARE(done.error().code, Error::Code::Server);
    }
};

QTEST_GUILESS_MAIN(ApartTest)
#include "apart_test.moc"
