sql:CREATE TABLE release (number, run, round, purpose, rho, content)
CREATE TABLE without_noise (purpose)
CREATE TABLE refusal (run, round, purpose)
INSERT INTO release VALUES (1, 1, 2.5, NULL, 'x', 1)
PRAGMA user_version = 2