-- How often people did what is limited. A key's bucket is full again at `full_at`, in microseconds since 1970 (UTC).
CREATE TABLE rates (
  key TEXT PRIMARY KEY,
  full_at BIGINT NOT NULL
);
CREATE INDEX rates_full_at ON rates (full_at);

-- One row: who reads sums to decide on them locks it first, so that two processes decide one after the other.
CREATE TABLE limit_lock (
  id BIGINT PRIMARY KEY,
  taken BIGINT NOT NULL
);
INSERT INTO limit_lock (id, taken) VALUES (1, 0);

-- Answers that were let in but do not run yet.
CREATE TABLE admissions (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- What running answers may use at most of the budgets. Counts as long as the run has not ended.
CREATE TABLE reservations (
  run TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  tokens BIGINT NOT NULL,
  micro_dollars BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX runs_person ON runs (person) WHERE ended_at IS NULL;
