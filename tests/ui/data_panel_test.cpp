#include "models/blobtree.h"
#include "panels/data/datapanel.h"
#include "support/desk.h"
#include "theme/theme.h"
#include "widgets/notice.h"
#include "widgets/statechip.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QCryptographicHash>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QTreeView>

using namespace runyard;

namespace {

void writeFile(const QString& path, const QByteArray& content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

QByteArray readFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
}

api::Blob blob(const std::string& name, std::int64_t size = 1)
{
    api::Blob made;
    made.name = name;
    made.size = size;
    made.isFolder = name.ends_with('/');
    return made;
}

} // namespace

class DataPanelTest : public QObject {
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

    void upload(const QString& source, const QString& target, bool overwrite = false)
    {
        press("dataUpload");
        type("uploadSource", source);
        type("uploadTarget", target);
        auto* box = part<QCheckBox>("uploadOverwrite");
        if (box->isChecked() != overwrite)
            QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        press("uploadStart");
    }

    QModelIndex row(const std::string& name) { return static_cast<const BlobTree*>(part<QTreeView>("dataTree")->model())->indexOf(name); }
    bool showsTransfer(const QString& word)
    {
        const auto chips = m_panel->findChildren<StateChip*>();
        return std::any_of(chips.begin(), chips.end(), [&](StateChip* chip) { return chip->isVisible() && chip->word().contains(word); });
    }

    std::optional<Theme> m_theme;
    std::optional<Desk> m_desk;
    std::optional<DataPanel> m_panel;

private Q_SLOTS:
    void init()
    {
        if (!m_theme)
            m_theme.emplace(SchemeSetting::Light);
        m_desk.emplace();
        QVERIFY(m_desk->open());
        m_panel.emplace(m_desk->bridge(), m_desk->client().datastores);
        m_panel->resize(1200, 760);
        m_panel->show();
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>("dataUpload")->isVisible(), 5000);
    }

    void cleanup()
    {
        m_panel.reset();
        m_desk.reset();
    }

    void uploadsAFolder()
    {
        const QString source = m_desk->scratch(QStringLiteral("source"));
        const QByteArray big(300'000, 'x');
        const QString odd = QString::fromUtf8("Ümläut mit Leerzeichen 数据.txt");
        writeFile(source + QStringLiteral("/train-images.gz"), big);
        writeFile(source + QStringLiteral("/sub/") + odd, "hello");
        writeFile(source + QStringLiteral("/empty"), "");
        upload(source, QStringLiteral("mnist"));
        QTRY_VERIFY_WITH_TIMEOUT(row("mnist/").isValid(), 20'000);
        auto* tree = part<QTreeView>("dataTree");
        tree->expand(row("mnist/"));
        QTRY_VERIFY_WITH_TIMEOUT(row("mnist/train-images.gz").isValid(), 10'000);
        const QModelIndex file = row("mnist/train-images.gz");
        QCOMPARE(file.siblingAtColumn(BlobTree::Size).data().toInt(), 300'000);
        const QByteArray digest = QCryptographicHash::hash(big, QCryptographicHash::Sha256).toHex();
        QTRY_COMPARE_WITH_TIMEOUT(row("mnist/train-images.gz").siblingAtColumn(BlobTree::Digest).data(Qt::ToolTipRole).toByteArray(), digest, 10'000);
        QCOMPARE(row("mnist/train-images.gz").siblingAtColumn(BlobTree::State).data().toString(), QStringLiteral("verified"));
        QVERIFY(row("mnist/empty").isValid());
        tree->expand(row("mnist/sub/"));
        QTRY_VERIFY_WITH_TIMEOUT(row("mnist/sub/" + odd.toStdString()).isValid(), 10'000);
        QCOMPARE(readFile(m_desk->dataFolder() + QStringLiteral("/data/mnist/sub/") + odd), QByteArray("hello"));
    }

    void saysWhatWasLeftOut()
    {
        const QString source = m_desk->scratch(QStringLiteral("looped"));
        writeFile(source + QStringLiteral("/good"), "good");
        QVERIFY(QFile::link(source, source + QStringLiteral("/again")));
        upload(source, QStringLiteral("looped"));
        QTRY_VERIFY_WITH_TIMEOUT(showsTransfer(QStringLiteral("done, 1 file verified")), 20'000);
        const auto notices = m_panel->findChildren<Notice*>();
        QVERIFY(std::any_of(notices.begin(), notices.end(), [](Notice* notice) { return notice->isVisible() && notice->sentence().contains(QStringLiteral("“again” is a link that leads back")); }));
    }

    void overwritesOnlyWhenTold()
    {
        const QString file = m_desk->scratch(QStringLiteral("labels.gz"));
        const QString stored = m_desk->dataFolder() + QStringLiteral("/data/mnist/labels.gz");
        writeFile(file, "one");
        upload(file, QStringLiteral("mnist"));
        QTRY_COMPARE_WITH_TIMEOUT(readFile(stored), QByteArray("one"), 20'000);
        writeFile(file, "two");
        upload(file, QStringLiteral("mnist"));
        QTRY_VERIFY_WITH_TIMEOUT(showsTransfer(QStringLiteral("there already")), 20'000);
        QCOMPARE(readFile(stored), QByteArray("one"));
        upload(file, QStringLiteral("mnist"), true);
        QTRY_COMPARE_WITH_TIMEOUT(readFile(stored), QByteArray("two"), 20'000);
    }

    void saysWhatIsWrongWithASource()
    {
        upload(m_desk->scratch(QStringLiteral("not-there")), QStringLiteral("mnist"));
        QTRY_VERIFY(part<QLineEdit>("uploadSource")->isVisible());
        const auto labels = part<QWidget>("uploadForm")->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](QLabel* label) { return label->text().contains(QStringLiteral("does not exist")); }));
        QVERIFY(!part<QWidget>("transfers")->isVisible());
    }

    void takesWhatIsDropped()
    {
        const QString source = m_desk->scratch(QStringLiteral("dropped"));
        writeFile(source + QStringLiteral("/a.txt"), "a");
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(source)});
        auto* view = part<QTreeView>("dataTree")->viewport();
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(20, 20), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view, &drop);
        QTRY_COMPARE_WITH_TIMEOUT(readFile(m_desk->dataFolder() + QStringLiteral("/data/dropped/a.txt")), QByteArray("a"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(row("dropped/").isValid(), 10'000);
    }

    void cancelsAnUpload()
    {
        const QString source = m_desk->scratch(QStringLiteral("big.bin"));
        QFile file(source);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize(2'000'000'000));
        upload(source, QStringLiteral("big"));
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>("transferCancel") && part<QPushButton>("transferCancel")->isVisible(), 5000);
        press("transferCancel");
        QTRY_VERIFY(showsTransfer(QStringLiteral("canceled")));
        QTest::qWait(500);
        QVERIFY(!QFile::exists(m_desk->dataFolder() + QStringLiteral("/data/big/big.bin")));
    }

    void deletesAfterAsking()
    {
        const QString file = m_desk->scratch(QStringLiteral("gone.txt"));
        writeFile(file, "x");
        upload(file, QString());
        QTRY_VERIFY_WITH_TIMEOUT(row("gone.txt").isValid(), 20'000);
        auto* tree = part<QTreeView>("dataTree");
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, tree->visualRect(row("gone.txt")).center());
        QTRY_VERIFY(part<QPushButton>("dataDelete")->isVisible());
        press("dataDelete");
        QVERIFY(QFile::exists(m_desk->dataFolder() + QStringLiteral("/data/gone.txt")));
        press("dataDeleteConfirm");
        QTRY_VERIFY_WITH_TIMEOUT(!row("gone.txt").isValid(), 10'000);
        QVERIFY(!QFile::exists(m_desk->dataFolder() + QStringLiteral("/data/gone.txt")));
    }

    void previewsImages()
    {
        const QString images = QStringLiteral("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz");
        if (!QFile::exists(images))
            QSKIP("needs the package dataset-fashion-mnist");
        upload(images, QStringLiteral("mnist"));
        QTRY_VERIFY_WITH_TIMEOUT(row("mnist/").isValid(), 30'000);
        auto* tree = part<QTreeView>("dataTree");
        tree->expand(row("mnist/"));
        QTRY_VERIFY_WITH_TIMEOUT(row("mnist/t10k-images-idx3-ubyte.gz").isValid(), 10'000);
        tree->setCurrentIndex(row("mnist/t10k-images-idx3-ubyte.gz"));
        QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>("thumbnails")->isVisible(), 10'000);
        const auto labels = part<QWidget>("blobDetails")->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](QLabel* label) { return label->text().contains(QString::fromUtf8("× 28 × 28")); }));
    }

    void treeMergesByName()
    {
        BlobTree tree;
        const QAbstractItemModelTester tester(&tree, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QStringList asked;
        connect(&tree, &BlobTree::folderNeeded, this, [&](const QString& prefix) { asked.append(prefix); });
        tree.merge("", {blob("b.txt"), blob("mnist/"), blob("a.txt")});
        QCOMPARE(tree.index(0, 0).data().toString(), QStringLiteral("mnist"));
        tree.fetchMore(tree.index(0, 0));
        QVERIFY(asked.contains(QStringLiteral("mnist/")));
        tree.merge("mnist/", {blob("mnist/x"), blob("mnist/y")});
        const QPersistentModelIndex kept = tree.indexOf("mnist/y");
        const QPersistentModelIndex last = tree.indexOf("b.txt");
        tree.merge("mnist/", {blob("mnist/a"), blob("mnist/y", 7), blob("mnist/z")});
        tree.merge("", {blob("mnist/"), blob("aa.txt"), blob("b.txt")});
        QCOMPARE(kept.row(), 1);
        QCOMPARE(QModelIndex(kept).siblingAtColumn(BlobTree::Size).data().toInt(), 7);
        QCOMPARE(last.row(), 2);
        QVERIFY(!tree.indexOf("mnist/x").isValid());
        tree.clear();
        QCOMPARE(tree.rowCount(), 0);
    }
};

QTEST_MAIN(DataPanelTest)
#include "data_panel_test.moc"
