-- How long `stored` is, in bytes: the results of a conversation have room for so much.
ALTER TABLE results ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
