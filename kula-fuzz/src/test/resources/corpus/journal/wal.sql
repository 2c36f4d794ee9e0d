sql:PRAGMA journal_mode = WAL
CREATE TABLE x (t)