sql:PRAGMA encoding = 'UTF-16'
CREATE TABLE x (t)