-- Records that share a key stand together on the medium: a case with its history, then its people and its items, however
-- many months lie between their writing. Opening a case reads a few pages side by side and not one for each record, which
-- is what keeps it quick in a home of a million cases (store/sqlite/shelf.rs). Twin: migrations/postgres/0003_shelves.sql,
-- when there is one.

CREATE TABLE shelved (
    place     INTEGER PRIMARY KEY CHECK (place > 0),                       -- shelf (30 bits), half (1), position (32)
    position  INTEGER NOT NULL GENERATED ALWAYS AS (place & 0xffffffff) VIRTUAL, -- order of creation; the cursor of lists
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

-- A shelf is numbered by the position of the record that owns the key (modulo 2^30: two owners may share a shelf).
CREATE TEMP TABLE owners (key_id BLOB NOT NULL PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO owners SELECT key_id, min(position) FROM records WHERE owns_key = 1 GROUP BY key_id;
INSERT INTO shelved (place, kind, id, version, parent, lookup, state, due_at, key_id, owns_key, erased, body)
SELECT ((coalesce(o.position, r.position) & 0x3fffffff) << 33) | ((r.kind NOT IN (7, 29)) << 32) | r.position,
       r.kind, r.id, r.version, r.parent, r.lookup, r.state, r.due_at, r.key_id, r.owns_key, r.erased, r.body
FROM records r LEFT JOIN owners o ON o.key_id = r.key_id ORDER BY 1;
DROP TABLE owners;
DROP TABLE records;
ALTER TABLE shelved RENAME TO records;

CREATE UNIQUE INDEX records_ref ON records (kind, id);
CREATE UNIQUE INDEX records_position ON records (position);
CREATE INDEX records_parent ON records (parent, kind, position) WHERE parent IS NOT NULL;
CREATE INDEX records_lookup ON records (lookup, kind) WHERE lookup IS NOT NULL;
-- the kinds of store::Kind::unique_lookup: peer, staff, inbound, sequence
CREATE UNIQUE INDEX records_unique_lookup ON records (kind, lookup) WHERE lookup IS NOT NULL AND kind IN (2, 3, 20, 27);
CREATE INDEX records_state ON records (kind, state, due_at);
-- the kinds of store::Kind::found_by_due, and of those only the ones with something due
CREATE INDEX records_due ON records (parent, due_at, position) WHERE kind = 7 AND due_at IS NOT NULL;

CREATE TRIGGER records_stay BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'a record is never deleted: erase it'); END;
