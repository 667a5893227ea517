#include "api/packagespec.h"

#include <QTest>

using namespace runyard;

class PackageSpecTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void accepts_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("parts");  // name|extras|specifiers|url|marker
        for (const auto& [line, parts] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"six", "six||||"}, {"  pandas == 2.2 ", "pandas||==2.2||"}, {"tensorflow==2.21.*", "tensorflow||==2.21.*||"},
                 {"numpy>=1.22,<1.24", "numpy||>=1.22,<1.24||"}, {"numpy (>=1.22, <1.24)", "numpy||>=1.22,<1.24||"},
                 {"ray[tune, default]~=2.0", "ray|tune,default|~=2.0||"}, {"a.b-c_d", "a.b-c_d||||"},
                 {"torch==2.1+cpu", "torch||==2.1+cpu||"}, {"x==1!2.0rc1", "x||==1!2.0rc1||"}, {"x===whatever", "x||===whatever||"},
                 {"six; python_version < '3.9'", "six||||python_version < '3.9'"}, {"six>1;extra=='a'", "six||>1||extra=='a'"},
                 {"pip @ https://host/pip-1.whl ; os_name == 'posix'", "pip|||https://host/pip-1.whl|os_name == 'posix'"},
                 {"pip@git+https://host/pip.git@main", "pip|||git+https://host/pip.git@main|"}, {"3to2", "3to2||||"}})
            QTest::addRow("%s", line) << line << parts;
    }

    void accepts()
    {
        QFETCH(QString, line);
        QFETCH(QString, parts);
        const auto spec = api::parsePackageSpec(line.toStdString());
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        std::string extras;
        for (const auto& extra : spec->extras)
            extras += (extras.empty() ? "" : ",") + extra;
        const auto got = spec->name + "|" + extras + "|" + spec->specifiers + "|" + spec->url + "|" + spec->marker;
        QCOMPARE(QString::fromStdString(got), parts);
    }

    void refusesWithASentence_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("words");
        for (const auto& [line, words] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"", "empty line"}, {"   ", "empty line"}, {"tensorflow=2.21", "two equals signs"}, {"-r requirements.txt", "options of pip"},
                 {"--index-url=https://x", "options of pip"}, {"./local", "write a name"}, {"/etc/passwd", "write a name"},
                 {"https://host/x.whl", "write a name"}, {"pan das", "comparison"}, {"pandas==", "version is missing"},
                 {"pandas==abc", "not a version"}, {"pandas>=1.*", "not a version"}, {"pandas[", "closing bracket"}, {"pandas[a b]", "extras"},
                 {"-pandas", "options"}, {"pandas-", "begins and ends"}, {"pandäs", "comparison"}, {"(x)", "begins and ends"},
                 {"x (>=1", "parenthesis"}, {"x;", "condition"}, {"x @ file", "URL"}, {"a\nb", "one package a line"}, {"x==1..2", "not a version"}})
            QTest::addRow("%s", line) << line << words;
    }

    void refusesWithASentence()
    {
        QFETCH(QString, line);
        QFETCH(QString, words);
        const auto spec = api::parsePackageSpec(line.toStdString());
        QVERIFY(!spec);
        QCOMPARE(spec.error().code, Error::Code::Invalid);
        QVERIFY2(QString::fromStdString(spec.error().message).contains(words), spec.error().message.c_str());
        QVERIFY(spec.error().message.ends_with("."));
    }

    void namesThatMeanTheSame()
    {
        QCOMPARE(api::normalizedPackageName("Scikit_Learn"), std::string("scikit-learn"));
        QCOMPARE(api::normalizedPackageName("a-_.b"), std::string("a-b"));
    }
};

QTEST_GUILESS_MAIN(PackageSpecTest)
#include "packagespec_test.moc"
