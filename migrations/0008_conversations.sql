-- What the model was told on branches of a conversation that are not shown: one row a turn.
CREATE TABLE history_aside (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    turn TEXT NOT NULL,
    PRIMARY KEY (conversation, message)
);

-- How many messages wait for an answer to end. Where none is being written, they are begun by whoever finds them.
ALTER TABLE conversations ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversations_waiting ON conversations (id) WHERE waiting > 0;
