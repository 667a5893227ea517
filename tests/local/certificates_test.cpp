#include "core/files.h"
#include "local/server/certificates.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace runyard;
using namespace runyard::local;

namespace {

std::string contentOf(const std::filesystem::path& file) { return readFile(file).value_or(""); }

unsigned modeOf(const std::filesystem::path& file)
{
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
}

// What openssl itself says of a chain, its name and its purpose.
bool isGood(const Certificates& files)
{
    QProcess tool;
    tool.start("openssl", {"verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost", "-CAfile", QString::fromStdString(files.authority.string()), QString::fromStdString(files.chain.string())});
    return tool.waitForFinished() && tool.exitCode() == 0;
}

} // namespace

class CertificatesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void areMadeOnceAndKeptPrivate()
    {
        const auto made = ensureCertificates(folder());
        QVERIFY(made && isGood(*made));
        QCOMPARE(modeOf(made->key), 0600U);
        QCOMPARE(modeOf(folder() / "ca.key"), 0600U);
        QCOMPARE(modeOf(folder()), 0700U);
        const std::string authority = contentOf(made->authority), chain = contentOf(made->chain);
        QVERIFY(ensureCertificates(folder()));
        QCOMPARE(contentOf(made->authority), authority);
        QCOMPARE(contentOf(made->chain), chain);
    }

    void clientsTrustTheMachinesRootsToo()
    {
        qputenv("SSL_CERT_FILE", m_folder->filePath("roots.pem").toUtf8());
        QVERIFY(writeFileDurably(m_folder->filePath("roots.pem").toStdString(), "the machine's\n"));
        const auto made = ensureCertificates(folder());
        QVERIFY(made);
        QCOMPARE(contentOf(made->trusted), contentOf(made->authority) + "the machine's\n");
        QVERIFY(writeFileDurably(m_folder->filePath("roots.pem").toStdString(), "the machine's, updated\n"));
        QVERIFY(ensureCertificates(folder()));
        QCOMPARE(contentOf(made->trusted), contentOf(made->authority) + "the machine's, updated\n");
        // A service started from a shell that was pointed at it before.
        qputenv("SSL_CERT_FILE", QByteArray::fromStdString(made->trusted.string()));
        QVERIFY(ensureCertificates(folder()));
        QCOMPARE(contentOf(made->trusted), contentOf(made->authority) + contentOf("/etc/ssl/certs/ca-certificates.crt"));
        qunsetenv("SSL_CERT_FILE");
    }

    void aDamagedServerCertificateIsMadeAnewByTheSameAuthority()
    {
        const auto made = ensureCertificates(folder());
        QVERIFY(made);
        const std::string authority = contentOf(made->authority);
        for (const auto& file : {made->chain, made->key}) {
            QVERIFY(writeFileDurably(file, "not PEM\n", 0600));
            QVERIFY(ensureCertificates(folder()) && isGood(*made));
            QCOMPARE(contentOf(made->authority), authority);
        }
    }

    void aLostAuthorityTakesItsCertificatesWithIt()
    {
        const auto made = ensureCertificates(folder());
        QVERIFY(made);
        const std::string authority = contentOf(made->authority);
        std::filesystem::remove(folder() / "ca.key");
        QVERIFY(ensureCertificates(folder()) && isGood(*made));
        QVERIFY(contentOf(made->authority) != authority);
    }

    void aFolderThatCannotBeWrittenIsAnError()
    {
        QVERIFY(writeFileDurably(folder(), "a file where the folder should be"));
        const auto made = ensureCertificates(folder());
        QVERIFY(!made);
        QCOMPARE(made.error().code, Error::Code::Storage);
    }

private:
    std::filesystem::path folder() const { return (m_folder->path() + "/tls").toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(CertificatesTest)
#include "certificates_test.moc"
