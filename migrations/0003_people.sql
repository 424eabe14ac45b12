-- NetBox tokens that this program made for sessions which have ended, and which it could not delete: a token that may
-- only read cannot delete itself. They end by themselves; the next sign-in with a password deletes them.
CREATE TABLE left_tokens (
  id BIGINT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL
);
CREATE INDEX left_tokens_person ON left_tokens (person);
