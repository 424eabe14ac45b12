-- Which user of NetBox somebody is, whatever they are called there now: its id and when it was made. None for who signs
-- in another way, or has not signed in since this was added. Both databases take this text.

ALTER TABLE people ADD COLUMN netbox_user TEXT;
CREATE UNIQUE INDEX people_netbox_user ON people (netbox_user);
