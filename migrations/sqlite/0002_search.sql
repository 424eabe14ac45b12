-- Texts to be found, each a piece of a conversation, and the words by which they are found. Made from the log, and made
-- again when what is searched changes.

CREATE TABLE search_texts (
  id INTEGER PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  -- The turn; empty for the title.
  message TEXT NOT NULL,
  place TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX search_texts_conversation ON search_texts (conversation, message);

-- The words come already taken apart (src/server/search/words.rs), divided by blanks.
CREATE VIRTUAL TABLE search_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3');

CREATE TRIGGER search_texts_deleted AFTER DELETE ON search_texts BEGIN
  DELETE FROM search_words WHERE rowid = old.id;
END;

-- How far each conversation's log is in it, and by which version of the rules.
CREATE TABLE search_state (
  conversation TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  until_seq BIGINT NOT NULL
);
