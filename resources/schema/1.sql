-- The workspace's database, version 1. Moments are milliseconds since 1970; metric values are the 64 bits of the double,
-- because a NaN in a REAL column becomes NULL without an error.

CREATE TABLE experiments(
    id INTEGER PRIMARY KEY,               -- MLflow's
    guid TEXT NOT NULL UNIQUE,            -- run history's
    name TEXT NOT NULL UNIQUE,
    location TEXT NOT NULL,               -- root of its runs' artifacts
    isDeleted INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL
);
CREATE TABLE experimentTags(experiment INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(experiment, key)) WITHOUT ROWID;

CREATE TABLE runs(
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,              -- run id = job name = MLflow run id
    experiment INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,                 -- Azure's states
    target TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,                   -- Command, Interactive
    creator TEXT NOT NULL DEFAULT '',     -- the run whose token made it
    parent TEXT NOT NULL DEFAULT '',
    user TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    started INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0,
    begun INTEGER GENERATED ALWAYS AS (CASE WHEN started > 0 THEN started ELSE created END) VIRTUAL,  -- MLflow's start_time
    errorCode TEXT NOT NULL DEFAULT '',
    errorMessage TEXT NOT NULL DEFAULT '',
    phases TEXT NOT NULL DEFAULT '[]',
    isDeleted INTEGER NOT NULL DEFAULT 0,
    isArchived INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runsOfExperiment ON runs(experiment, isDeleted, begun DESC, id);
CREATE INDEX runsByParent ON runs(parent) WHERE parent <> '';
CREATE INDEX runsUnfinished ON runs(serial) WHERE kind = 'Command' AND status NOT IN ('Completed', 'Failed', 'Canceled', 'NotResponding', 'Paused');

-- One row per metric of a run: how many points it has, and the latest by (step, time, value) as MLflow defines it.
CREATE TABLE series(
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,                 -- runs.serial
    key TEXT NOT NULL,
    points INTEGER NOT NULL DEFAULT 0,    -- also the seq of the last one
    step INTEGER NOT NULL DEFAULT 0,
    time INTEGER NOT NULL DEFAULT 0,
    bits INTEGER NOT NULL DEFAULT 0,
    value REAL,                           -- of bits; NULL for NaN; for comparing and sorting
    UNIQUE(run, key)
);
CREATE INDEX seriesByValue ON series(key, value, run);

CREATE TABLE metrics(
    series INTEGER NOT NULL,
    seq INTEGER NOT NULL,                 -- order of arrival, from 1
    time INTEGER NOT NULL,
    step INTEGER NOT NULL,
    bits INTEGER NOT NULL,
    PRIMARY KEY(series, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX metricsOnce ON metrics(series, time, step, bits);

-- What the v1 dialect logged, item by item, to be handed back as it came. Numbers in it are in `metrics` too.
CREATE TABLE entries(
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    metricId TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,                   -- azureml.v1.scalar, …list, …table, azureml.v2.image …
    created TEXT NOT NULL,                -- createdUtc as sent
    columns TEXT NOT NULL,                -- JSON: column → type
    data TEXT NOT NULL,                   -- JSON: column → value
    step INTEGER,
    PRIMARY KEY(run, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entriesOnce ON entries(run, metricId);

CREATE TABLE params(run INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
CREATE TABLE tags(run INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
CREATE TABLE properties(run INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
CREATE INDEX paramsByValue ON params(key, value, run);
CREATE INDEX tagsByValue ON tags(key, value, run);
CREATE TABLE datasets(run INTEGER, name TEXT, digest TEXT, json TEXT NOT NULL, PRIMARY KEY(run, name, digest)) WITHOUT ROWID;

CREATE TABLE documents(
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    json TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    UNIQUE(kind, name, version)
);

-- Digests of committed blobs. A name has one row for each inode that stood or is about to stand there; the one that fits the file counts.
CREATE TABLE digests(
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,               -- ns since 1970
    sha256 TEXT NOT NULL,                 -- hex; empty where only metadata are kept
    md5 TEXT NOT NULL,                    -- base64; empty where the writer gave none
    metadata TEXT NOT NULL,               -- JSON
    PRIMARY KEY(container, name, inode)
) WITHOUT ROWID;
