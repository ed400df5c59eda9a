-- Sealed records, the events of every commit, and the purge list. Twin: migrations/postgres/0001_records.sql, when there
-- is one. Never edited after landing: a change is a new file.

CREATE TABLE records (
    position  INTEGER PRIMARY KEY,                                         -- order of creation; the cursor of lists
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 62),              -- store::Kind
    id        BLOB    NOT NULL CHECK (length(id) = 16),                    -- random, unique within the kind
    version   INTEGER NOT NULL CHECK (version >= 1),                       -- 1 for the first; part of the seal
    parent    BLOB             CHECK (parent IS NULL OR length(parent) = 16), -- id of the record it belongs to, mostly a case
    lookup    BLOB             CHECK (lookup IS NULL OR length(lookup) = 16), -- digest or message id, never personal data
    state     INTEGER NOT NULL CHECK (state BETWEEN 0 AND 65535),          -- numbered by the kind's owner
    due_at    INTEGER,                                                     -- milliseconds since 1970-01-01T00:00:00Z
    key_id    BLOB    NOT NULL CHECK (length(key_id) = 16),                -- key in keys.db that seals the body
    owns_key  INTEGER NOT NULL CHECK (owns_key IN (0, 1)),                 -- 1: the key dies when this record is erased
    erased    INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),         -- 1: content destroyed, body empty
    body      BLOB    NOT NULL CHECK ((erased = 1) = (length(body) = 0))   -- format byte, nonce, AES-256-GCM ciphertext, tag
) STRICT;

CREATE UNIQUE INDEX records_ref ON records (kind, id);
CREATE INDEX records_parent ON records (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX records_lookup ON records (lookup, kind) WHERE lookup IS NOT NULL;
-- the kinds of store::Kind::unique_lookup: peer, staff, inbound, sequence
CREATE UNIQUE INDEX records_unique_lookup ON records (kind, lookup) WHERE lookup IS NOT NULL AND kind IN (2, 3, 20, 27);
CREATE INDEX records_state ON records (kind, state, due_at);

CREATE TRIGGER records_stay BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'a record is never deleted: erase it'); END;

CREATE TABLE events (
    sequence INTEGER NOT NULL CHECK (sequence >= 1),                       -- number of the commit
    place    INTEGER NOT NULL CHECK (place >= 0),                          -- order within the commit
    at       INTEGER NOT NULL,                                             -- milliseconds since 1970-01-01T00:00:00Z
    actor    TEXT    NOT NULL,                                             -- SPIFFE URI of staff or node, or a part of this node
    kind     TEXT    NOT NULL,                                             -- what happened, one of our words
    ids      BLOB    NOT NULL CHECK (length(ids) % 17 = 0),                -- references: kind (1 byte) and id (16), one after another
    PRIMARY KEY (sequence, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- Keys to be destroyed in keys.db. Replayed from keys.db's own mark when the store opens, so that a restored key store
-- forgets again what was erased since its backup.
CREATE TABLE purges (
    sequence INTEGER NOT NULL CHECK (sequence >= 1),                       -- number of the commit that erased
    key_id   BLOB    NOT NULL CHECK (length(key_id) = 16),
    PRIMARY KEY (sequence, key_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER purges_stay BEFORE UPDATE ON purges
BEGIN SELECT RAISE(ABORT, 'purges are append-only'); END;
CREATE TRIGGER purges_remain BEFORE DELETE ON purges
BEGIN SELECT RAISE(ABORT, 'purges are append-only'); END;
