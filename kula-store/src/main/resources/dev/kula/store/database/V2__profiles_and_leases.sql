-- Orders that an older Kula copied have no terms of their leases: NULL.
ALTER TABLE swap_order ADD COLUMN lease_seconds DOUBLE PRECISION;
ALTER TABLE swap_order ADD COLUMN uses INTEGER;

CREATE TABLE profile (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  line BIGINT NOT NULL,
  method TEXT NOT NULL,
  seed BIGINT NOT NULL,
  round INTEGER NOT NULL,
  device TEXT NOT NULL,
  samples DOUBLE PRECISION NOT NULL,
  label_counts TEXT NOT NULL,
  correct DOUBLE PRECISION NOT NULL,
  loss_fraction DOUBLE PRECISION NOT NULL,
  inference_seconds DOUBLE PRECISION NOT NULL,
  label_stddev DOUBLE PRECISION NOT NULL,
  metric_stddev DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (run, line)
);

CREATE INDEX outcome_of_order ON outcome (run, method, seed, swap);

-- Servers order leases and hear how they end; devices grant, hold and count them.
CREATE VIEW lease AS
SELECT
  swap_order.run,
  swap_order.method,
  swap_order.seed,
  swap_order.swap,
  swap_order.source,
  swap_order.receiver AS holder,
  swap_order.exchange,
  swap_order.samples,
  swap_order.lease_seconds,
  swap_order.uses,
  swap_order.round AS ordered,
  outcome.outcome AS ended,
  outcome.round AS settled
FROM swap_order
LEFT JOIN outcome
  ON outcome.run = swap_order.run
  AND outcome.method = swap_order.method
  AND outcome.seed = swap_order.seed
  AND outcome.swap = swap_order.swap;
