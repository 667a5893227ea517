#include "models/logstore.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/chart.h"
#include "widgets/checklist.h"
#include "widgets/codeview.h"
#include "widgets/elidedlabel.h"
#include "widgets/emptystate.h"
#include "widgets/field.h"
#include "widgets/format.h"
#include "widgets/fourfaces.h"
#include "widgets/keyvaluelist.h"
#include "widgets/loadingbar.h"
#include "widgets/logpane.h"
#include "widgets/nodesquares.h"
#include "widgets/notice.h"
#include "widgets/page.h"
#include "widgets/phasebar.h"
#include "widgets/progressrow.h"
#include "widgets/searchfield.h"
#include "widgets/segmented.h"
#include "widgets/statechip.h"
#include "widgets/statedelegate.h"
#include "widgets/tintedlabel.h"
#include "widgets/views.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QProgressBar>
#include <QRadioButton>
#include <QSet>
#include <QSlider>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace runyard;

namespace {

Card* controls()
{
    auto* card = new Card(QStringLiteral("Controls"));
    auto* row = new QHBoxLayout;
    for (const auto& [text, kind] : {std::pair{"Duplicate…", Button::Plain}, std::pair{"Cancel run", Button::Danger}, std::pair{"Submit", Button::Primary}, std::pair{"Show", Button::Ghost}})
        row->addWidget(new Button(QString::fromUtf8(text), kind));
    auto* off = new Button(QStringLiteral("Register model"), Button::Primary);
    off->setEnabled(false);
    row->addWidget(off);
    auto* plainOff = new Button(QStringLiteral("Compare"));
    plainOff->setEnabled(false);
    row->addWidget(plainOff);
    row->addWidget(Button::withIcon(QStringLiteral("refresh"), QStringLiteral("Refresh")));
    row->addStretch(1);
    card->body()->addLayout(row);
    auto* edits = new QHBoxLayout;
    auto* edit = new QLineEdit(QStringLiteral("tf_mnist.py"));
    auto* bad = new QLineEdit(QStringLiteral("no such file"));
    bad->setProperty("invalid", true);
    auto* combo = new QComboBox;
    combo->addItems({QStringLiteral("TensorFlow 2.21"), QStringLiteral("TensorFlow 2.16")});
    auto* spin = new QSpinBox;
    spin->setValue(2);
    edits->addWidget(edit);
    edits->addWidget(bad);
    edits->addWidget(combo);
    edits->addWidget(spin);
    edits->addWidget(new SearchField(QStringLiteral("Search runs"), QStringLiteral("Ctrl K")));
    card->body()->addLayout(edits);
    auto* marks = new QHBoxLayout;
    auto* on = new QCheckBox(QStringLiteral("Overwrite"));
    on->setChecked(true);
    auto* radio = new QRadioButton(QStringLiteral("Mount"));
    radio->setChecked(true);
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setValue(60);
    slider->setMaximumWidth(140);
    auto* progress = new QProgressBar;
    progress->setValue(62);
    progress->setTextVisible(false);
    marks->addWidget(on);
    marks->addWidget(new QCheckBox(QStringLiteral("GPU")));
    marks->addWidget(radio);
    marks->addWidget(new QRadioButton(QStringLiteral("Download")));
    marks->addWidget(slider);
    marks->addWidget(progress, 1);
    auto* segmented = new Segmented({QStringLiteral("Single"), QStringLiteral("MPI · Horovod"), QStringLiteral("Parameter server")});
    segmented->setCurrent(1);
    segmented->setChoiceEnabled(2, false);
    marks->addWidget(segmented);
    card->body()->addLayout(marks);
    auto* tabs = new QTabBar;
    for (const char* tab : {"Live", "Overview", "Metrics", "Logs", "Outputs 6"})
        tabs->addTab(QString::fromLatin1(tab));
    tabs->setExpanding(false);
    card->body()->addWidget(tabs);
    return card;
}

Card* states()
{
    auto* card = new Card(QStringLiteral("States"));
    card->headingRow()->addWidget(new StateChip(QStringLiteral("ready"), StateKind::Success, StateChip::Mark::None));
    auto* chips = new QHBoxLayout;
    for (const auto& [word, kind] : {std::pair{"Completed", StateKind::Success}, std::pair{"Running 01:42", StateKind::Accent}, std::pair{"Waiting", StateKind::Warning}, std::pair{"Failed", StateKind::Danger}, std::pair{"Canceled", StateKind::Neutral}}) {
        chips->addWidget(new StateChip(QString::fromLatin1(word), kind));
        chips->addWidget(new StateChip(QString::fromLatin1(word), kind, StateChip::Mark::Icon));
    }
    chips->addStretch(1);
    card->body()->addLayout(chips);
    auto* bar = new PhaseBar;
    bar->setPhases({{QStringLiteral("Preparing"), Phase::State::Done, QStringLiteral("0.4 s, cached"), {}}, {QStringLiteral("Scaling"), Phase::State::Done, QStringLiteral("1.1 s"), {}}, {QStringLiteral("Running"), Phase::State::Active, QStringLiteral("epoch 15 of 20"), {}}, {QStringLiteral("Finalizing"), Phase::State::Pending, {}, {}}});
    card->body()->addWidget(bar);
    auto* failed = new PhaseBar;
    failed->setPhases({{QStringLiteral("Preparing"), Phase::State::Failed, QStringLiteral("no package named tensorflow-gpuu"), {}}, {QStringLiteral("Running"), Phase::State::Pending, {}, {}}});
    card->body()->addWidget(failed);
    auto* squares = new QHBoxLayout;
    auto* nodes = new NodeSquares;
    nodes->setNodes({NodeState::Busy, NodeState::Busy, NodeState::Idle, NodeState::Starting, NodeState::Leaving, NodeState::Failed, NodeState::Absent});
    auto* many = new NodeSquares;
    many->setNodes(QVector<NodeState>(40, NodeState::Absent));
    squares->addWidget(nodes);
    squares->addWidget(many);
    squares->addStretch(1);
    card->body()->addLayout(squares);
    auto* checks = new CheckList;
    checks->setChecks({{Check::State::Fine, QStringLiteral("tf_mnist.py parses, and takes these 5 parameters"), {}, {}}, {Check::State::Warning, QStringLiteral("matplotlib is not pinned; it resolves to 3.9.2"), {}, {}}, {Check::State::Wrong, QStringLiteral("cpu-cluster does not exist; create it or choose another compute target in this workspace, for instance this-computer"), {}, {}}, {Check::State::Pending, QStringLiteral("Looking at the data path"), {}, {}}});
    card->body()->addWidget(checks);
    return card;
}

Card* words()
{
    auto* card = new Card(QStringLiteral("Notices and forms"));
    auto* error = new Notice(card);
    error->showError(QStringLiteral("The upload stopped because the disk is full; free some space and try again."), QStringLiteral("ENOSPC while writing block 12"));
    auto* warning = new Notice(card);
    warning->show(StateKind::Warning, QStringLiteral("The service did not answer for 4 s; the run goes on."));
    auto* info = new Notice(card);
    info->show(StateKind::Accent, QStringLiteral("Reuses a cluster of this name if there is one."));
    info->setAction(QStringLiteral("Use it"));
    auto* good = new Notice(card);
    good->show(StateKind::Success, QStringLiteral("Quota: 12 of 24 cores are free. 4 nodes need 24: a run of more than 2 nodes would wait."));
    for (Notice* notice : {error, warning, info, good})
        card->body()->addWidget(notice);
    auto* name = new Field(QStringLiteral("Name"), new QLineEdit(QStringLiteral("cpu_cluster")));
    name->setValidity(Field::Validity::Invalid, QStringLiteral("Use letters, digits and hyphens only."));
    auto* folder = new Field(QStringLiteral("Source folder"), new QLineEdit(QStringLiteral("~/projects/tf-mnist")));
    folder->setHint(QStringLiteral("3 files, 14 KiB"));
    auto* pip = new Field(QStringLiteral("pip"), new QLineEdit(QStringLiteral("mlflow-skinny, matplotlib")));
    pip->setValidity(Field::Validity::Warning, QStringLiteral("matplotlib is not pinned."));
    for (Field* field : {name, folder, pip})
        card->body()->addWidget(field);
    auto* list = new KeyValueList;
    list->set(QStringLiteral("Run"), QStringLiteral("calm_heron_31"), KeyValueList::Look::Link);
    list->set(QStringLiteral("Data"), QStringLiteral("fashion-mnist v2"));
    list->set(QStringLiteral("SHA-256"), QStringLiteral("6fd0a1b2…c2a1"), KeyValueList::Look::Mono);
    card->body()->addWidget(list);
    auto* transfer = new ProgressRow(QStringLiteral("imagenet-mini/"), QStringLiteral("workspaceblobstore/imagenet-mini"));
    transfer->setProgress({1'267'000'000, 2'040'000'000, 412e6, 2004, 3214});
    auto* done = new ProgressRow(QStringLiteral("fashion-mnist/"));
    done->setProgress({30'878'645, 30'878'645, 0, 4, 4});
    done->setEnded(StateKind::Success, QStringLiteral("done, 4 files verified"));
    done->setEndAction(QStringLiteral("Show"));
    card->body()->addWidget(transfer);
    card->body()->addWidget(done);
    card->body()->addStretch(1);
    return card;
}

QTableView* table(QObject* owner)
{
    auto* model = new QStandardItemModel(0, 5, owner);
    model->setHorizontalHeaderLabels({QStringLiteral("Run"), QStringLiteral("State"), QStringLiteral("Started"), QStringLiteral("Duration"), QStringLiteral("best")});
    const QVector<std::tuple<const char*, const char*, StateKind>> rows{{"sad_otter_07", "Running", StateKind::Accent}, {"calm_heron_31", "Completed", StateKind::Success}, {"odd_lynx_44", "Failed", StateKind::Danger}, {"shy_crane_19", "Canceled", StateKind::Neutral}};
    for (const auto& [name, word, kind] : rows) {
        auto* state = new QStandardItem(QString::fromLatin1(word));
        state->setData(static_cast<int>(kind), StateKindRole);
        model->appendRow({new QStandardItem(QString::fromLatin1(name)), state, new QStandardItem(QStringLiteral("12:02")), new QStandardItem(QStringLiteral("01:42")), new QStandardItem(QStringLiteral("0.8921"))});
    }
    auto* view = new QTableView;
    view->setModel(model);
    dress(view);
    view->setSortingEnabled(true);
    view->sortByColumn(2, Qt::AscendingOrder);
    view->setItemDelegateForColumn(1, new StateDelegate(view));
    view->setFixedHeight(168);
    view->selectRow(1);
    return view;
}

Chart* chart(const QString& title, double from, double to, bool holes)
{
    auto* chart = new Chart(title);
    for (const auto& [name, shift] : {std::pair{"training", 0.0}, std::pair{"validation", 0.04}}) {
        QVector<ChartPoint> points;
        for (int i = 0; i < 150; ++i) {
            const double noise = std::sin(i * 12.9898 + shift) * 0.02;
            double value = to + (from - to) * std::exp(-i / 30.0) - shift + noise;
            if (holes && i > 60 && i < 70)
                value = std::numeric_limits<double>::quiet_NaN();
            points.append({i * 96.0, 1.79e9 + i * 0.5, value});
        }
        chart->setSeries(QString::fromLatin1(name), points);
    }
    chart->setMinimumHeight(250);
    return chart;
}

QByteArray logText()
{
    return QByteArrayLiteral("Epoch 13/20\n"
                             "\r  1/1200 \x1b[32m\xe2\x94\x81\x1b[0m\r1200/1200 \x1b[32m\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\x1b[0m 3s 2ms/step - accuracy: 0.9121 - loss: 0.2403\n"
                             "[metric] validation_acc = 0.8893 (step 13)\n"
                             "WARNING: checkpoint took 1.9 s; consider saving less often\n"
                             "caf\xc3\xa9 \xe4\xb8\xad\xe6\x96\x87 broken \xff\xfe bytes and a NUL \x00 here\n"
                             "ValueError: could not convert string to float: 'abc'\n"
                             "Epoch 14/20\n");
}

// Text that is wider than its label, which would be cut off on screen.
QStringList clipped(QWidget* root)
{
    QStringList found;
    for (const QLabel* label : root->findChildren<QLabel*>()) {
        if (!label->isVisible() || label->text().isEmpty())
            continue;
        const QSize needed = label->wordWrap() ? QSize(0, label->heightForWidth(label->width())) : label->sizeHint();
        if (needed.width() > label->width() || needed.height() > label->height())
            found.append(QStringLiteral("label \"%1\" needs %2x%3, has %4x%5").arg(label->text()).arg(needed.width()).arg(needed.height()).arg(label->width()).arg(label->height()));
    }
    for (const QPushButton* button : root->findChildren<QPushButton*>()) {
        if (button->isVisible() && button->width() < button->sizeHint().width())
            found.append(QStringLiteral("button \"%1\"").arg(button->text()));
    }
    for (const StateChip* chip : root->findChildren<StateChip*>()) {
        if (chip->isVisible() && chip->width() < chip->sizeHint().width())
            found.append(QStringLiteral("chip \"%1\"").arg(chip->word()));
    }
    return found;
}

int colorsIn(const QImage& picture)
{
    QSet<QRgb> seen;
    for (int y = 0; y < picture.height(); y += 3) {
        for (int x = 0; x < picture.width(); x += 3)
            seen.insert(picture.pixel(x, y));
    }
    return static_cast<int>(seen.size());
}

// Draws every icon there is, in rows.
class Icons : public QWidget {
public:
    Icons() { setMinimumSize(600, 120); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        int i = 0;
        for (const QString& name : iconNames()) {
            const int x = i % 20 * 30;
            const int y = i / 20 * 34;
            paintIcon(painter, QRectF(x, y, 20, 20), name, color(Token::Text));
            ++i;
        }
    }
};

} // namespace

class GalleryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsEveryWidget_data();
    void showsEveryWidget();
    void followsSchemeAndScaleLive();
    void tablesKeepTheCardsCorners();
    void iconsHaveInk();
};

void GalleryTest::showsEveryWidget_data()
{
    QTest::addColumn<SchemeSetting>("scheme");
    QTest::addColumn<double>("ratio");
    QTest::newRow("light") << SchemeSetting::Light << 1.0;
    QTest::newRow("dark") << SchemeSetting::Dark << 1.0;
    QTest::newRow("light-200") << SchemeSetting::Light << 2.0;
    QTest::newRow("dark-200") << SchemeSetting::Dark << 2.0;
}

void GalleryTest::showsEveryWidget()
{
    QFETCH(SchemeSetting, scheme);
    QFETCH(double, ratio);
    Theme theme(scheme);
    QTemporaryDir folder;
    LogStore store(folder.path());
    store.append(logText());
    Page page(QStringLiteral("sad_otter_07"), QStringLiteral("tf-mnist · tf_mnist.py · hpc (2 nodes) · started 12:02:58"));
    page.header()->setChip(new StateChip(QStringLiteral("Running 01:42"), StateKind::Accent));
    page.header()->addAction(QStringLiteral("Duplicate…"));
    page.header()->addAction(QStringLiteral("Cancel run"), Button::Danger);
    page.header()->addAction(QStringLiteral("Register model…"), Button::Primary);
    auto* grid = new QGridLayout;
    grid->setSpacing(12);
    page.content()->addLayout(grid);
    grid->addWidget(controls(), 0, 0);
    grid->addWidget(states(), 1, 0);
    auto* list = new Card(QStringLiteral("Runs"), Card::Padding::None);
    list->body()->addWidget(table(list));
    grid->addWidget(list, 2, 0);
    grid->addWidget(words(), 0, 1, 3, 1);
    for (int i = 0; i < 2; ++i) {
        auto* card = new Card(QString(), Card::Padding::None);
        auto* plot = chart(i == 0 ? QStringLiteral("accuracy") : QStringLiteral("loss"), i == 0 ? 0.45 : 1.5, i == 0 ? 0.91 : 0.22, i == 1);
        plot->setScale(i == 0 ? YScale::Linear : YScale::Log);
        card->body()->addWidget(plot);
        grid->addWidget(card, 3, i);
        plot->setCrossHair(9600);
    }
    auto* logCard = new Card(QString(), Card::Padding::None);
    auto* pane = new LogPane;
    pane->addLeading(new Segmented({QStringLiteral("All ranks"), QStringLiteral("rank 0"), QStringLiteral("rank 1")}));
    pane->setSource(&store);
    pane->setMinimumHeight(210);
    logCard->body()->addWidget(pane);
    grid->addWidget(logCard, 4, 0);
    auto* faces = new Card(QString(), Card::Padding::None);
    auto* four = new FourFaces(new QWidget, new EmptyState(QStringLiteral("models"), QStringLiteral("No model is registered yet. Register the outputs of a finished run."), QStringLiteral("Open runs")));
    four->setEmpty();
    faces->body()->addWidget(four);
    faces->body()->addWidget(new Icons);
    grid->addWidget(faces, 4, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    page.resize(1500, 1330);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    QTRY_VERIFY(pane->view()->shownText().contains(QStringLiteral("validation_acc")));
    QTest::qWait(60);
    QImage picture(page.size() * ratio, QImage::Format_ARGB32_Premultiplied);
    picture.setDevicePixelRatio(ratio);
    page.render(&picture);
    const QString keep = qEnvironmentVariable("RUNYARD_GALLERY");
    if (!keep.isEmpty()) {
        QDir().mkpath(keep);
        QVERIFY(picture.save(QStringLiteral("%1/gallery-%2.png").arg(keep, QString::fromLatin1(QTest::currentDataTag()))));
    }
    QVERIFY(colorsIn(picture) > 40);
    QCOMPARE(clipped(&page), QStringList());
}

void GalleryTest::followsSchemeAndScaleLive()
{
    Theme theme(SchemeSetting::Light);
    auto card = std::unique_ptr<Card>(words());
    card->resize(700, 600);
    card->show();
    QVERIFY(QTest::qWaitForWindowExposed(card.get()));
    const QImage light = card->grab().toImage();
    theme.setSetting(SchemeSetting::Dark);
    QCoreApplication::processEvents();
    const QImage dark = card->grab().toImage();
    std::unique_ptr<Card> fresh(words());
    fresh->resize(700, 600);
    fresh->show();
    QVERIFY(QTest::qWaitForWindowExposed(fresh.get()));
    QVERIFY(light != dark);
    if (const QString keep = qEnvironmentVariable("RUNYARD_GALLERY"); !keep.isEmpty()) {
        dark.save(keep + QStringLiteral("/switched.png"));
        fresh->grab().save(keep + QStringLiteral("/fresh.png"));
    }
    QCOMPARE(dark, fresh->grab().toImage());  // nothing of the old scheme is left behind
    const int height = card->findChild<Button*>()->sizeHint().height();
    theme.setScale(1.25);
    QVERIFY(card->findChild<Button*>()->sizeHint().height() > height);
    QCOMPARE(roleFont(TextRole::Body).pixelSize(), 16);
    // Paddings and columns follow too: what was scaled live looks as what is made anew, and going back loses nothing.
    fresh.reset(words());
    for (Card* each : {card.get(), fresh.get()})
        each->resize(880, 760);
    fresh->show();
    QVERIFY(QTest::qWaitForWindowExposed(fresh.get()));
    QCoreApplication::processEvents();
    const QImage scaled = card->grab().toImage();
    const QImage made = fresh->grab().toImage();
    if (const QString keep = qEnvironmentVariable("RUNYARD_GALLERY"); !keep.isEmpty()) {
        scaled.save(keep + QStringLiteral("/scaled.png"));
        made.save(keep + QStringLiteral("/made.png"));
    }
    QCOMPARE(scaled, made);
    theme.setScale(0.9);
    theme.setScale(1.0);
    QTest::qWait(50);
    card->resize(700, 600);
    QTest::qWait(50);
    const QImage back = card->grab().toImage();
    if (const QString keep = qEnvironmentVariable("RUNYARD_GALLERY"); !keep.isEmpty())
        back.save(keep + QStringLiteral("/back.png"));
    QCOMPARE(back, dark);
}

void GalleryTest::tablesKeepTheCardsCorners()
{
    Theme theme(SchemeSetting::Light);
    Card card(QString(), Card::Padding::None);
    auto* table = new QTableView(&card);
    dress(table);
    card.body()->addWidget(table);
    card.resize(300, 200);
    card.show();
    QVERIFY(QTest::qWaitForWindowExposed(&card));
    const QImage picture = card.grab().toImage();
    for (const QPoint& corner : {picture.rect().topLeft(), picture.rect().topRight(), picture.rect().bottomLeft(), picture.rect().bottomRight()})
        QCOMPARE(picture.pixelColor(corner).name(), color(Token::Canvas).name());
}

void GalleryTest::iconsHaveInk()
{
    const QStringList names = iconNames();
    QVERIFY(names.size() >= 36);
    for (const QString& name : names) {
        QImage picture(48, 48, QImage::Format_ARGB32_Premultiplied);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paintIcon(painter, QRectF(0, 0, 48, 48), name, Qt::red);
        painter.end();
        int ink = 0;
        for (int y = 0; y < 48; ++y) {
            for (int x = 0; x < 48; ++x)
                ink += qAlpha(picture.pixel(x, y)) > 128 ? 1 : 0;
        }
        QVERIFY2(ink > 20 && ink < 1400, qPrintable(name));
    }
    QVERIFY(themeIcon(QStringLiteral("no-such-icon")).isNull());
}

QTEST_MAIN(GalleryTest)
#include "gallery_test.moc"
