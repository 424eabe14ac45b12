ALTER TABLE audit ADD COLUMN subject TEXT;
ALTER TABLE audit ADD COLUMN run TEXT;
CREATE INDEX audit_person ON audit (person);

-- What was noted stays as it was noted. (Old entries are deleted, by their age alone.)
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
