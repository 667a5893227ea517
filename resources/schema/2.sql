-- Version 2: MLflow's model registry and its logged models. The versions of registered models stay where they were: documents of kind
-- "model", one truth for Azure's dialect and for MLflow's.

CREATE TABLE models(
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    lastVersion INTEGER NOT NULL DEFAULT 0  -- the greatest whole number that a version ever had: none is given twice
) WITHOUT ROWID;
CREATE TABLE modelTags(name TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY(name, key)) WITHOUT ROWID;
CREATE TABLE modelAliases(name TEXT, alias TEXT, version TEXT NOT NULL, PRIMARY KEY(name, alias)) WITHOUT ROWID;

INSERT INTO models(name, created, modified, lastVersion)
    SELECT name, min(created), max(modified), max(CASE WHEN version NOT GLOB '*[^0-9]*' THEN CAST(version AS INTEGER) ELSE 0 END)
    FROM documents WHERE kind = 'model' GROUP BY name;

-- Whoever registers a version, the model is there.
CREATE TRIGGER modelOfVersion AFTER INSERT ON documents WHEN new.kind = 'model' BEGIN
    INSERT INTO models(name, created, modified, lastVersion)
        VALUES(new.name, new.created, new.modified, CASE WHEN new.version NOT GLOB '*[^0-9]*' THEN CAST(new.version AS INTEGER) ELSE 0 END)
        ON CONFLICT(name) DO UPDATE SET modified = max(modified, excluded.modified), lastVersion = max(lastVersion, excluded.lastVersion);
END;

CREATE TABLE loggedModels(
    serial INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,              -- "m-" and 32 hex digits
    experiment INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status INTEGER NOT NULL,              -- MLflow's: 1 pending, 2 ready, 3 upload failed
    sourceRun TEXT NOT NULL,              -- empty where no run made it
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    isDeleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX loggedModelsOfExperiment ON loggedModels(experiment, isDeleted, created DESC, id);
CREATE INDEX loggedModelsOfRun ON loggedModels(sourceRun) WHERE sourceRun <> '';
CREATE TABLE loggedModelParams(model INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(model, key)) WITHOUT ROWID;
CREATE TABLE loggedModelTags(model INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(model, key)) WITHOUT ROWID;
CREATE TABLE loggedModelMetrics(
    model INTEGER NOT NULL,
    key TEXT NOT NULL,
    time INTEGER NOT NULL,
    step INTEGER NOT NULL,
    run TEXT NOT NULL,
    bits INTEGER NOT NULL,
    value REAL,                           -- of bits; NULL for NaN
    dataset TEXT NOT NULL,                -- name; empty where it was measured on none
    digest TEXT NOT NULL,
    PRIMARY KEY(model, key, time, step, run)
) WITHOUT ROWID;

-- Logged models that a run used (0) or made (1).
CREATE TABLE runModels(run INTEGER, kind INTEGER, model TEXT, step INTEGER, PRIMARY KEY(run, kind, model, step)) WITHOUT ROWID;
