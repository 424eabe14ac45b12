-- The link's secret, sealed, so that whoever shared can copy it again; gone when it is revoked.
ALTER TABLE shares ADD COLUMN secret TEXT;

-- The rows that were there when the conversation was shared. A link shows these and never asks NetBox.
CREATE TABLE share_results (
  share TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
  handle TEXT NOT NULL,
  page TEXT NOT NULL,
  PRIMARY KEY (share, handle)
);
