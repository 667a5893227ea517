#include "commandpalette.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

constexpr int shownRows = 9;

// Draws the note of a command at the end of its row.
class CommandDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        painter->save();
        painter->setFont(roleFont(TextRole::Caption));
        painter->setPen(color(Token::Muted));
        painter->drawText(option.rect.adjusted(0, 0, -px(10), 0), Qt::AlignVCenter | Qt::AlignRight, index.data(Qt::UserRole + 1).toString());
        painter->restore();
    }
};

// Every word of the text must be in the title or the note.
bool matches(const PaletteEntry& command, const QString& text)
{
    const QString whole = command.title + QLatin1Char(' ') + command.note;
    const auto words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::all_of(words.begin(), words.end(), [&](const QString& word) { return whole.contains(word, Qt::CaseInsensitive); });
}

} // namespace

CommandPalette::CommandPalette(QWidget* window) : QFrame(window)
{
    setObjectName(QStringLiteral("palette"));
    m_field = new QLineEdit(this);
    m_field->setObjectName(QStringLiteral("paletteField"));
    m_field->setPlaceholderText(tr("Search runs, models, pages, or type a command"));
    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(px(10), px(10), px(10), px(10));
    column->addWidget(m_field);
    column->addWidget(m_list);
    m_field->installEventFilter(this);
    window->installEventFilter(this);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::choose);
    hide();
}

void CommandPalette::open(std::vector<PaletteEntry> commands)
{
    m_commands = std::move(commands);
    m_field->clear();
    filter({});
    place();
    show();
    raise();
    m_field->setFocus();
}

void CommandPalette::setCommands(std::vector<PaletteEntry> commands)
{
    const int row = m_list->currentRow();
    m_commands = std::move(commands);
    filter(m_field->text());
    if (row < m_list->count())
        m_list->setCurrentRow(row);
}

void CommandPalette::place()
{
    const int width = std::min(px(560), parentWidget()->width() - px(32));
    const int height = px(64) + shownRows * px(metrics::rowHeight);
    setGeometry((parentWidget()->width() - width) / 2, px(56), width, std::min(height, parentWidget()->height() - px(80)));
}

void CommandPalette::filter(const QString& text)
{
    m_list->clear();
    for (std::size_t at = 0; at < m_commands.size(); ++at) {
        const PaletteEntry& command = m_commands[at];
        if (!matches(command, text))
            continue;
        auto* item = new QListWidgetItem(themeIcon(command.icon), command.title, m_list);
        item->setData(Qt::UserRole, static_cast<int>(at));
        item->setData(Qt::UserRole + 1, command.note);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::choose()
{
    const QListWidgetItem* item = m_list->currentItem();
    hide();
    if (!item)
        return;
    const auto run = m_commands[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].run;
    run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget()) {
        if (event->type() == QEvent::Resize && isVisible())
            place();
        return false;
    }
    if (event->type() == QEvent::FocusOut)
        hide();
    if (event->type() != QEvent::KeyPress)
        return false;
    const auto* key = static_cast<QKeyEvent*>(event);
    const int row = m_list->currentRow();
    switch (key->key()) {
    case Qt::Key_Escape: hide(); return true;
    case Qt::Key_Return: case Qt::Key_Enter: choose(); return true;
    case Qt::Key_Down: m_list->setCurrentRow(std::min(row + 1, m_list->count() - 1)); return true;
    case Qt::Key_Up: m_list->setCurrentRow(std::max(row - 1, 0)); return true;
    default: return false;
    }
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintRounded(painter, QRectF(rect()), px(metrics::radiusCard), color(Token::Raised), color(Token::StrongStroke));
}

} // namespace runyard
