-- What the model was told on branches of a conversation that are not shown: one row a turn.
CREATE TABLE history_aside (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    turn TEXT NOT NULL,
    PRIMARY KEY (conversation, message)
);
