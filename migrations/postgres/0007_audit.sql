ALTER TABLE audit ADD COLUMN subject TEXT;
ALTER TABLE audit ADD COLUMN run TEXT;
CREATE INDEX audit_person ON audit (person);

-- What was noted stays as it was noted. (Old entries are deleted, by their age alone.)
CREATE FUNCTION refuse_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_audit_update();
