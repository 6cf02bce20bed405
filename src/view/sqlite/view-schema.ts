/** "DRVW": says that a database is a read model. */
export const VIEW_APPLICATION_ID = 0x44525657;
/** Another version is dropped and made anew. */
export const VIEW_VERSION = 1;

/**
 * Tables of the read model. Everything is keyed by the number of the run, so that a run lies together; `run` (id) and
 * `unit_by_host` are the only two secondary indexes, for each costs a page more per changed row.
 */
export const VIEW_SCHEMA = `
  CREATE TABLE cursor (lane INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    plan TEXT NOT NULL,
    fingerprint TEXT,
    plan_body TEXT,
    is_dry_run INTEGER NOT NULL,
    phase TEXT NOT NULL,
    verdict TEXT,
    actor TEXT,
    reason TEXT,
    created_ms INTEGER NOT NULL,
    finished_ms INTEGER,
    last_ms INTEGER NOT NULL,
    task_count INTEGER NOT NULL,
    touched_count INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    position INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    running INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    not_run INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    quarantine_code TEXT,
    quarantine_message TEXT,
    quarantine_position INTEGER
  ) STRICT;
  CREATE TABLE target (run INTEGER PRIMARY KEY, hosts TEXT NOT NULL) STRICT;
  CREATE TABLE plan (hash TEXT PRIMARY KEY, number INTEGER NOT NULL, tasks INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE plan_task (
    plan INTEGER NOT NULL,
    task INTEGER NOT NULL,
    name TEXT NOT NULL,
    title TEXT,
    target TEXT,
    kind TEXT,
    operation TEXT,
    PRIMARY KEY (plan, task)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE task (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    name TEXT,
    target TEXT,
    kind TEXT,
    operation TEXT,
    parent INTEGER,
    status TEXT NOT NULL,
    skip_cause TEXT,
    is_changed INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER,
    reason TEXT,
    error_code TEXT,
    error_message TEXT,
    placed_on TEXT,
    units INTEGER NOT NULL,
    units_running INTEGER NOT NULL,
    units_waiting INTEGER NOT NULL,
    units_unknown INTEGER NOT NULL,
    undoing INTEGER NOT NULL,
    is_rolled_back INTEGER NOT NULL,
    undo_error_code TEXT,
    undo_error_message TEXT,
    PRIMARY KEY (run, task)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unit (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    unit INTEGER NOT NULL,
    host TEXT,
    status TEXT NOT NULL,
    is_changed INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER,
    reason TEXT,
    error_code TEXT,
    error_message TEXT,
    is_undoing INTEGER NOT NULL,
    is_rolled_back INTEGER NOT NULL,
    PRIMARY KEY (run, task, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unit_by_host ON unit (host, finished_ms) WHERE host IS NOT NULL AND finished_ms IS NOT NULL;
  CREATE TABLE note (
    run INTEGER NOT NULL,
    position INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    task INTEGER,
    unit INTEGER,
    text TEXT NOT NULL,
    PRIMARY KEY (run, position, place)
  ) STRICT, WITHOUT ROWID;
`;

/** Tables whose content is a function of the log, in the order in which they are dropped. */
export const VIEW_TABLES = ["cursor", "run", "target", "plan", "plan_task", "task", "unit", "note"] as const;
