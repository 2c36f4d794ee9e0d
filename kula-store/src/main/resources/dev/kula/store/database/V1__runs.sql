-- The same text in SQLite and in PostgreSQL. Columns of tables of lines are the fields of
-- docs/formats.md in snake case, lists and records in lists as JSON; what is not a number is NULL.

CREATE TABLE run (
  run TEXT PRIMARY KEY,
  command TEXT NOT NULL,
  configuration TEXT NOT NULL,
  directory TEXT NOT NULL,
  copied TEXT NOT NULL,
  ended INTEGER NOT NULL
);

CREATE TABLE round (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  cohort INTEGER NOT NULL,
  training_loss DOUBLE PRECISION,
  personal_accuracy DOUBLE PRECISION,
  worst_decile DOUBLE PRECISION,
  personal_loss DOUBLE PRECISION,
  global_accuracy DOUBLE PRECISION,
  simulated_seconds DOUBLE PRECISION NOT NULL,
  bytes_model BIGINT NOT NULL,
  bytes_pointer BIGINT NOT NULL,
  bytes_fetched BIGINT NOT NULL,
  bytes_cache_hit BIGINT NOT NULL,
  bytes_visit BIGINT NOT NULL,
  bytes_as_copies BIGINT NOT NULL,
  bytes_profile BIGINT NOT NULL,
  swaps_ordered INTEGER NOT NULL,
  swaps_accepted INTEGER NOT NULL,
  swaps_rejected INTEGER NOT NULL,
  swaps_expired INTEGER NOT NULL,
  epsilon_max DOUBLE PRECISION NOT NULL,
  wall_seconds DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (run, line)
);

CREATE TABLE swap_order (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  swap BIGINT NOT NULL,
  receiver TEXT NOT NULL,
  source TEXT NOT NULL,
  exchange TEXT NOT NULL,
  samples INTEGER NOT NULL,
  labels TEXT NOT NULL,
  deficit DOUBLE PRECISION,
  coverage DOUBLE PRECISION,
  similarity DOUBLE PRECISION,
  label_distance DOUBLE PRECISION,
  feature_distance DOUBLE PRECISION,
  metric_distance DOUBLE PRECISION,
  reputation DOUBLE PRECISION,
  score DOUBLE PRECISION,
  why TEXT NOT NULL,
  PRIMARY KEY (run, line)
);

CREATE TABLE outcome (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  swap BIGINT NOT NULL,
  receiver TEXT NOT NULL,
  source TEXT NOT NULL,
  outcome TEXT NOT NULL,
  loss_without DOUBLE PRECISION,
  loss_with DOUBLE PRECISION,
  samples INTEGER NOT NULL,
  bytes BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, line)
);

CREATE TABLE reputation (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  device TEXT NOT NULL,
  quality DOUBLE PRECISION,
  reliability DOUBLE PRECISION,
  PRIMARY KEY (run, line, device)
);

CREATE TABLE event (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  type TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (run, line)
);

CREATE TABLE device_result (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  device TEXT NOT NULL,
  train_samples INTEGER NOT NULL,
  accuracy_without_swaps DOUBLE PRECISION,
  accuracy DOUBLE PRECISION,
  labels_before TEXT NOT NULL,
  labels_after TEXT NOT NULL,
  epsilon DOUBLE PRECISION,
  spent_in_round INTEGER,
  reputation DOUBLE PRECISION,
  given DOUBLE PRECISION,
  received DOUBLE PRECISION,
  PRIMARY KEY (run, method, seed, device)
);
