sql:CREATE TABLE x (t)
PRAGMA user_version = 2