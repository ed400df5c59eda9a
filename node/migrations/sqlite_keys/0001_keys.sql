-- Wrapped record keys, in a database of their own so that its backups can be short-lived. Never edited after landing.

CREATE TABLE keys (
    key_id     BLOB    NOT NULL PRIMARY KEY CHECK (length(key_id) = 16),
    generation INTEGER NOT NULL CHECK (generation >= 1),                   -- which key-encryption key wraps it
    wrapped    BLOB             CHECK (wrapped IS NULL OR length(wrapped) = 48) -- AES-256-GCM ciphertext and tag; NULL: destroyed
) STRICT, WITHOUT ROWID;

-- the keys not yet under the newest generation, for rotation
CREATE INDEX keys_generation ON keys (generation) WHERE wrapped IS NOT NULL;

CREATE TABLE marks (
    name   TEXT    NOT NULL PRIMARY KEY,                                   -- 'purged_through': last commit whose purges are done;
                                                                           -- 'rotated_at': when the last rotation ended
    number INTEGER NOT NULL                                                -- a commit's number; milliseconds since 1970-01-01T00:00:00Z
) STRICT, WITHOUT ROWID;

-- One constant wrapped under each generation, which tells a wrong key file from a damaged record.
CREATE TABLE checks (
    generation INTEGER NOT NULL PRIMARY KEY CHECK (generation >= 1),
    wrapped    BLOB    NOT NULL CHECK (length(wrapped) = 48)
) STRICT, WITHOUT ROWID;
