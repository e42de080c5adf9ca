/** Tables of the state file. `user_version` numbers them; a newer file is refused, an older one brought forward. */

/** Index n brings version n to n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    deployment TEXT NOT NULL,
    operation TEXT,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_deployment ON journal (deployment, seq);
  CREATE INDEX journal_by_operation ON journal (operation, seq) WHERE operation IS NOT NULL;
  CREATE TABLE operation (
    id TEXT PRIMARY KEY,
    deployment TEXT NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX operation_by_deployment ON operation (deployment, opened_at_ms);
  CREATE TABLE request (
    id TEXT PRIMARY KEY,
    deployment TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    answer TEXT
  ) STRICT;
  CREATE TABLE revision (deployment TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT;
  CREATE TABLE lease (
    deployment TEXT PRIMARY KEY,
    holder_id TEXT,
    holder TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    ttl_ms INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    renewed_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE snapshot (deployment TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  `,
  `
  CREATE TABLE standing (
    deployment TEXT NOT NULL,
    key TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (deployment, key)
  ) STRICT;
  `,
  `
  CREATE TABLE block (
    key TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  `,
  // Null: taken by a version that did not write it down.
  'ALTER TABLE lease ADD COLUMN taken_at_mono_ms REAL',
];
