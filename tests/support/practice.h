#pragma once

#include "bridge/feed.h"
#include "support/desk.h"

#include <QDir>

namespace runyard {

// Runs to look at: a script of a few lines, submitted as the form would, without a framework so that it starts quickly.
class Practice {
public:
    explicit Practice(Desk& desk) : m_desk(desk) {}

    // The run's id; empty where it was not accepted.
    QString submit(const QByteArray& script, const std::string& experiment = "practice", const std::string& name = {})
    {
        const QString folder = m_desk.scratch(QStringLiteral("source%1").arg(++m_count));
        QDir().mkpath(folder);
        QFile file(folder + QStringLiteral("/train.py"));
        if (!file.open(QIODevice::WriteOnly))
            return {};
        file.write(script);
        file.close();
        client::EstimatorDraft draft;
        draft.sourceFolder = folder.toStdString();
        draft.entryScript = "train.py";
        draft.parameters = {{"--batch-size", "50", client::ScriptParameter::Kind::Literal, {}}};
        draft.environment.framework = "";
        draft.experiment = experiment;
        draft.displayName = name;
        draft.compute = "this-computer";
        return send(draft);
    }

    // One that logs `epochs` values of two metrics, prints a line for each, and leaves ./outputs/model.
    static QByteArray training(int epochs, double pause)
    {
        return QByteArray("import os, time\n"
                          "from azureml.core import Run\n"
                          "run = Run.get_context()\n"
                          "for epoch in range(%1):\n"
                          "    print('epoch', epoch, flush=True)\n"
                          "    run.log('training_acc', 0.5 + epoch / 100)\n"
                          "    run.log('validation_acc', 0.4 + epoch / 100)\n"
                          "    time.sleep(%2)\n"
                          "run.log('final_acc', 0.875)\n"
                          "os.makedirs('outputs/model', exist_ok=True)\n"
                          "open('outputs/model/weights.txt', 'w').write('weights of the network')\n"
                          "print('last line', flush=True)\n")
            .replace("%1", QByteArray::number(epochs))
            .replace("%2", QByteArray::number(pause));
    }

    // Waits for its end; the state, empty where that takes too long.
    std::string end(const QString& id, int limit = 120'000)
    {
        QElapsedTimer clock;
        for (clock.start(); clock.elapsed() < limit;) {
            const auto details = m_desk.answer(m_desk.client().runs.details(id.toStdString()));
            if (details && *details && api::isTerminal((*details)->status))
                return (*details)->status;
            QTest::qWait(100);
        }
        return {};
    }

private:
    QString send(const client::EstimatorDraft& draft)
    {
        Feed<client::SubmitProgress> feed(m_desk.bridge());
        std::optional<Result<api::Job>> job;
        feed.start([&](Sink<client::SubmitProgress> sink) { return m_desk.client().estimators.submit(draft, sink); }, [](std::vector<client::SubmitProgress>) {},
                   [&](Result<api::Job> end) { job = std::move(end); });
        QElapsedTimer clock;
        for (clock.start(); !job && clock.elapsed() < 60'000;)
            QTest::qWait(10);
        if (job && !*job)
            qWarning("%s (%s)", job->error().message.c_str(), job->error().detail.c_str());
        return job && *job ? QString::fromStdString((*job)->name) : QString();
    }

    Desk& m_desk;
    int m_count = 0;
};

} // namespace runyard
