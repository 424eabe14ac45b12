-- Since when a person may not sign in, by an administrator's word; none while they may.
ALTER TABLE people ADD COLUMN disabled_at BIGINT;

-- When NetBox was last asked whether the user of a session's token is still there, and what they may.
ALTER TABLE sessions ADD COLUMN checked_at BIGINT NOT NULL DEFAULT 0;

-- When a link ends by itself; none where it does not.
ALTER TABLE shares ADD COLUMN expires_at BIGINT;
CREATE INDEX shares_created_by ON shares (created_by);
