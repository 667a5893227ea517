#pragma once

#include "api/run.h"
#include "place.h"

#include <QMap>
#include <QStringList>
#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace runyard {

class RailItem;

// The navigation at the left: the places, the runs that are active or pinned, the settings. Narrow, it shows icons only.
class Rail final : public QWidget {
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);

    void setPlace(Place place, const QString& run = {});
    void setCount(Place place, int count);
    // Shows the pinned and the active ones among them, at most eight. A pinned run that is not among them is not shown.
    void setRuns(const std::vector<api::RunSummary>& runs, const QStringList& pinned);
    void setNarrow(bool narrow);

Q_SIGNALS:
    void placeChosen(Place place);
    void runChosen(const QString& id);
    void pinToggled(const QString& id);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    RailItem* addPlace(Place place, const QString& iconName, const QString& text, const QString& key);
    RailItem* runItem(const QString& id);
    void select();

    QMap<Place, RailItem*> m_places;
    QMap<QString, RailItem*> m_runs;
    QLabel* m_runsTitle;
    QVBoxLayout* m_column;
    QVBoxLayout* m_runColumn;
    Place m_place = Place::Home;
    QString m_run;
    bool m_isNarrow = false;
};

} // namespace runyard
