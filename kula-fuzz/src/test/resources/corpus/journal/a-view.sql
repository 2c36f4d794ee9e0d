sql:CREATE VIEW release AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS number, i AS round, 'p' AS purpose, 1.0 AS rho FROM n
PRAGMA user_version = 2