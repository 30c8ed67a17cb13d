-- Tables, triggers and functions of the event log. Errors carry a SQLSTATE of class DL:
--   DL001 no such log   DL002 fenced   DL003 gap   DL004 the log exists
--   DL005 no such checkpoint was signed   DL006 append-only

CREATE TABLE daylight.schema_version (version integer NOT NULL);

CREATE TABLE daylight.log (
  log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);

-- Who may write, and where: the only rows of a log that ever change.
CREATE TABLE daylight.log_writer (
  log_id bigint PRIMARY KEY REFERENCES daylight.log,
  epoch bigint NOT NULL,
  next_idx bigint NOT NULL,
  holder text NOT NULL
);

CREATE TABLE daylight.log_entry (
  log_id bigint NOT NULL REFERENCES daylight.log,
  idx bigint NOT NULL,
  epoch bigint NOT NULL,
  body bytea NOT NULL CHECK (length(body) BETWEEN 2 AND 65535),
  -- RFC 6962, section 2.1: the hash of a leaf.
  leaf_hash bytea NOT NULL CHECK (leaf_hash = sha256('\x00'::bytea || body)),
  cmd text,
  PRIMARY KEY (log_id, idx)
);
CREATE UNIQUE INDEX log_entry_cmd ON daylight.log_entry (log_id, cmd) WHERE cmd IS NOT NULL;

CREATE TABLE daylight.log_checkpoint (
  log_id bigint NOT NULL REFERENCES daylight.log,
  size bigint NOT NULL,
  note bytea NOT NULL,
  PRIMARY KEY (log_id, size)
);

CREATE TABLE daylight.log_cosigned (
  cosigned_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log_id bigint NOT NULL REFERENCES daylight.log,
  size bigint NOT NULL,
  note bytea NOT NULL
);
CREATE INDEX log_cosigned_size ON daylight.log_cosigned (log_id, size);

-- One row: when the house was last known to be up. No part of any record.
CREATE TABLE daylight.house_beat (
  beat_id integer PRIMARY KEY CHECK (beat_id = 1),
  t bigint NOT NULL
);

CREATE FUNCTION daylight.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'DL006';
END $$;
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON daylight.log FOR EACH STATEMENT EXECUTE FUNCTION daylight.refuse();
CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON daylight.log_entry FOR EACH STATEMENT EXECUTE FUNCTION daylight.refuse();
CREATE TRIGGER log_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON daylight.log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION daylight.refuse();
CREATE TRIGGER log_cosigned_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON daylight.log_cosigned FOR EACH STATEMENT EXECUTE FUNCTION daylight.refuse();
-- Either the writer goes forward in his epoch, or the next epoch begins where he stopped.
CREATE FUNCTION daylight.only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.log_id = OLD.log_id AND (
      (NEW.epoch = OLD.epoch AND NEW.holder = OLD.holder AND NEW.next_idx > OLD.next_idx)
      OR (NEW.epoch = OLD.epoch + 1 AND NEW.next_idx = OLD.next_idx)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'epochs and indexes only go forward' USING ERRCODE = 'DL006';
END $$;
CREATE TRIGGER log_writer_forward BEFORE UPDATE ON daylight.log_writer
  FOR EACH ROW EXECUTE FUNCTION daylight.only_forward();
CREATE TRIGGER log_writer_stays BEFORE DELETE OR TRUNCATE ON daylight.log_writer
  FOR EACH STATEMENT EXECUTE FUNCTION daylight.refuse();
