#pragma once

#include "../../app/runyard/desktop.h"
#include "accesslog.h"
#include "driver.h"

#include "widgets/logview.h"
#include "widgets/statechip.h"

#include <memory>

namespace runyard::tour {

struct Places {
    QString data;      // data folder of the workspace
    QString pictures;
    QString images;    // folder with the four files of Fashion-MNIST
    QString models;    // where models are downloaded to
};

// The workflow, step by step, in the real window. Each step leaves its pictures and names the request that the service answered.
class Story {
public:
    explicit Story(Places places);
    ~Story();

    void all();    // the nine steps
    void visit();  // shows the pages of a workspace that the steps have filled, for pictures at another scale

private:
    void home();
    void data();
    void compute();
    void newRun();
    void submit();
    void reopen();
    void complete();
    void registerModel();
    void download();
    void finishedRuns();
    void killService();

    void open();
    void step(const QString& name);
    void shoot(const QString& name);
    void picture(const QString& name);
    void showTab(int tab);
    void requireAccuracy();
    void requireSameBytes(const QString& folder);
    qint64 points(const QString& metric);
    void waitForPoints(const QString& metric, qint64 count, int seconds);
    QString runFolder() const;

    Places m_places;
    AccessLog m_log;
    std::unique_ptr<Desktop> m_desktop;
    std::unique_ptr<Driver> m_driver;
    QString m_run;
    QString m_suffix;
};

} // namespace runyard::tour
