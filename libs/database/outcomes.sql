CREATE TABLE outcomes (
  -- A hash of caller, method, path and key: as long for a long path as for a short one.
  id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
  -- Of the payload: another payload under the same key is refused.
  fingerprint bytea NOT NULL,
  -- Null only inside the transaction that is doing the write.
  answer bytea,
  replays integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- For pruning, which reads the oldest few.
CREATE INDEX outcomes_created_idx ON outcomes (created_at);
