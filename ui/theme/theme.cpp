#include "theme.h"

#include "metrics.h"
#include "portalscheme.h"
#include "rescale.h"
#include "style.h"
#include "textrole.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPixmapCache>
#include <QThread>
#include <QToolTip>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace runyard {

int px(int length)
{
    const Theme* theme = Theme::installed();
    return theme ? static_cast<int>(std::lround(length * theme->scale())) : length;
}

Theme::Theme(SchemeSetting setting, double scale, QObject* parent)
    : QObject(parent), m_setting(setting), m_system(QApplication::palette().window().color().lightness() < 128 ? Scheme::Dark : Scheme::Light),
      m_scheme(m_system), m_scale(std::clamp(scale, 0.9, 1.25))
{
    if (m_setting != SchemeSetting::System)
        m_scheme = m_setting == SchemeSetting::Dark ? Scheme::Dark : Scheme::Light;
    QApplication::setStyle(new Style(this));
    install();
    askPortal();
}

Theme::~Theme()
{
    m_thread->quit();
    if (m_thread->wait(700))
        delete m_thread;  // else it hangs in a bus that does not answer, and the program is about to end
    if (qApp && installed() == this)
        static_cast<Style*>(QApplication::style())->forgetTheme();
}

Theme* Theme::installed()
{
    if (!qApp)
        return nullptr;
    const auto* style = qobject_cast<Style*>(QApplication::style());
    return style ? style->theme() : nullptr;
}

void Theme::setSetting(SchemeSetting setting)
{
    m_setting = setting;
    settle();
}

void Theme::setScale(double scale)
{
    const double held = std::clamp(scale, 0.9, 1.25);
    if (std::abs(held - m_scale) < 0.001)
        return;
    rescale(QApplication::allWidgets(), m_scale, held);
    m_scale = held;
    install();
    Q_EMIT changed();
}

void Theme::setDensity(Density density)
{
    if (density == m_density)
        return;
    m_density = density;
    install();
    Q_EMIT changed();
}

void Theme::settle()
{
    Scheme wanted = m_system;
    if (m_setting != SchemeSetting::System)
        wanted = m_setting == SchemeSetting::Dark ? Scheme::Dark : Scheme::Light;
    if (wanted == m_scheme)
        return;
    m_scheme = wanted;
    install();
    Q_EMIT changed();
}

void Theme::install()
{
    QApplication::setPalette(palette(m_scheme));
    QApplication::setFont(roleFont(TextRole::Body));
    QToolTip::setPalette(palette(m_scheme));
    QToolTip::setFont(roleFont(TextRole::Caption));
    const QWidgetList widgets = QApplication::allWidgets();
    // A label bakes the colour of its links into its document.
    for (QWidget* widget : widgets) {
        auto* label = qobject_cast<QLabel*>(widget);
        if (!label || !label->text().contains(QStringLiteral("<a ")))
            continue;
        const QString text = label->text();
        label->clear();
        label->setText(text);
    }
    for (QWidget* widget : widgets) {
        const QVariant role = widget->property("textRole");
        if (role.isValid())
            widget->setFont(roleFont(static_cast<TextRole>(role.toInt())));
        if (auto* header = qobject_cast<QHeaderView*>(widget); header && header->orientation() == Qt::Vertical)
            header->resetDefaultSectionSize();
        widget->updateGeometry();
        widget->update();
    }
}

void Theme::askPortal()
{
    auto* portal = new PortalScheme;
    m_thread = new QThread;
    portal->moveToThread(m_thread);
    connect(m_thread, &QThread::started, portal, &PortalScheme::ask);
    connect(m_thread, &QThread::finished, portal, &QObject::deleteLater);
    connect(portal, &PortalScheme::prefers, this, [this](int scheme) {
        m_system = scheme == 1 ? Scheme::Dark : Scheme::Light;
        settle();
    });
    m_thread->start();
}

QPalette Theme::palette(Scheme scheme)
{
    const auto of = [scheme](Token token) { return color(token, scheme); };
    QPalette palette;
    palette.setColor(QPalette::Window, of(Token::Canvas));
    palette.setColor(QPalette::WindowText, of(Token::Text));
    palette.setColor(QPalette::Base, of(Token::Surface));
    palette.setColor(QPalette::AlternateBase, of(Token::Canvas));
    palette.setColor(QPalette::Text, of(Token::Text));
    palette.setColor(QPalette::Button, of(Token::Surface));
    palette.setColor(QPalette::ButtonText, of(Token::Text));
    palette.setColor(QPalette::BrightText, of(Token::Danger));
    palette.setColor(QPalette::PlaceholderText, of(Token::Muted));
    palette.setColor(QPalette::Highlight, of(Token::Selection));
    palette.setColor(QPalette::HighlightedText, of(Token::Text));
    palette.setColor(QPalette::Link, of(Token::Accent));
    palette.setColor(QPalette::LinkVisited, of(Token::Accent));
    palette.setColor(QPalette::ToolTipBase, of(Token::Raised));
    palette.setColor(QPalette::ToolTipText, of(Token::Text));
    palette.setColor(QPalette::Light, of(Token::Raised));
    palette.setColor(QPalette::Midlight, of(Token::Hover));
    palette.setColor(QPalette::Mid, of(Token::Stroke));
    palette.setColor(QPalette::Dark, of(Token::StrongStroke));
    palette.setColor(QPalette::Shadow, of(Token::StrongStroke));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, of(Token::Disabled));
    palette.setColor(QPalette::Disabled, QPalette::Base, of(Token::Canvas));
    return palette;
}

} // namespace runyard
