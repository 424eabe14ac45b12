-- Times are milliseconds since 1970 (UTC). Booleans are 0 or 1. Both databases take this text.

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  -- Who it is where they sign in: `local`, `netbox:NAME`, `oidc:ISSUER|SUBJECT`, `proxy:NAME`.
  subject TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  netbox_token TEXT,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL,
  netbox_token TEXT,
  netbox_token_id BIGINT
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  -- The last event of its log.
  last_seq BIGINT NOT NULL,
  -- The model's history without its messages, as JSON.
  history TEXT NOT NULL
);
CREATE INDEX conversations_owner ON conversations (owner, updated_at);

-- The log. What people see is its reduction.
CREATE TABLE events (
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  frame TEXT NOT NULL,
  PRIMARY KEY (conversation, seq)
);

-- What the model is sent, message by message, byte for byte.
CREATE TABLE history_messages (
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (conversation, position)
);

-- Commands that made a message, so that one sent twice makes one.
CREATE TABLE commands (
  person TEXT NOT NULL,
  id TEXT NOT NULL,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person, id)
);
CREATE INDEX commands_at ON commands (at);
CREATE INDEX commands_conversation ON commands (conversation);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message TEXT NOT NULL,
  person TEXT NOT NULL,
  -- The process that writes it; empty for one that was left to be continued.
  process TEXT NOT NULL,
  -- Its last completed step, as JSON, without the history; empty before the first.
  machine TEXT NOT NULL,
  -- The part with which the next step begins.
  next_part BIGINT NOT NULL,
  -- How often it was begun or continued.
  attempts BIGINT NOT NULL,
  stop_requested BIGINT NOT NULL,
  -- Where the person is, so that "yesterday" stays theirs.
  time_zone TEXT,
  started_at BIGINT NOT NULL,
  heartbeat_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE UNIQUE INDEX runs_unfinished ON runs (conversation) WHERE ended_at IS NULL;
CREATE INDEX runs_heartbeat ON runs (heartbeat_at) WHERE ended_at IS NULL;

-- What ended runs used.
CREATE TABLE usage (
  run TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  conversation TEXT NOT NULL,
  at BIGINT NOT NULL,
  model TEXT NOT NULL,
  calls BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  cache_creation_input_tokens BIGINT NOT NULL,
  cache_read_input_tokens BIGINT NOT NULL,
  cost_micro_dollars BIGINT NOT NULL
);
CREATE INDEX usage_person ON usage (person, at);
CREATE INDEX usage_at ON usage (at);

-- Results by reference.
CREATE TABLE results (
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  handle TEXT NOT NULL,
  reader TEXT NOT NULL,
  stored TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (conversation, handle, reader)
);
CREATE INDEX results_created_at ON results (created_at);

CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  person TEXT,
  address TEXT,
  conversation TEXT,
  detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE shares (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  created_by TEXT NOT NULL,
  until_seq BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX shares_conversation ON shares (conversation);
