-- How many plans of changes of a conversation wait for their person's word, as the list of conversations shows it. Both
-- databases take this text.
ALTER TABLE conversations ADD COLUMN undecided BIGINT NOT NULL DEFAULT 0;
