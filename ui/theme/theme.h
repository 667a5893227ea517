#pragma once

#include "tokens.h"

#include <QObject>
#include <QPalette>

class QThread;

namespace runyard {

enum class SchemeSetting { System, Light, Dark };
enum class Density { Comfortable, Compact };

// The look of the application: made once after QApplication, it installs style, palette and fonts, and changes them
// while the program runs. The desktop is asked for its scheme off the GUI thread; until it answers, the palette that
// the platform brought decides. GUI thread only.
class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(SchemeSetting setting = SchemeSetting::System, double scale = 1.0, QObject* parent = nullptr);
    ~Theme() override;

    // The theme whose style the application wears, or null.
    static Theme* installed();

    Scheme scheme() const { return m_scheme; }
    SchemeSetting setting() const { return m_setting; }
    double scale() const { return m_scale; }
    Density density() const { return m_density; }

    void setSetting(SchemeSetting setting);
    void setScale(double scale);  // held within 0.9 and 1.25
    void setDensity(Density density);

    static QPalette palette(Scheme scheme);

Q_SIGNALS:
    // Scheme, scale or density changed; palette and fonts are already set.
    void changed();

private:
    void askPortal();
    void settle();
    void install();

    SchemeSetting m_setting;
    Scheme m_system;
    Scheme m_scheme;
    double m_scale;
    Density m_density = Density::Comfortable;
    QThread* m_thread;
};

} // namespace runyard
