-- What the house's role may do to the log, and all it may do. Run again with every upgrade.

CREATE OR REPLACE FUNCTION daylight.id_of(p_log text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE found bigint;
BEGIN
  SELECT log_id INTO found FROM daylight.log WHERE name = p_log;
  IF found IS NULL THEN
    RAISE EXCEPTION '%', p_log USING ERRCODE = 'DL001';
  END IF;
  RETURN found;
END $$;

CREATE OR REPLACE FUNCTION daylight.append(
  p_log text, p_epoch bigint, p_expected bigint, p_bodies bytea[], p_cmds text[], p_note bytea
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  writer daylight.log_writer;
  size bigint := p_expected + cardinality(p_bodies);
BEGIN
  SELECT * INTO writer FROM daylight.log_writer
    WHERE log_id = daylight.id_of(p_log) FOR UPDATE;
  IF writer.epoch <> p_epoch THEN
    RAISE EXCEPTION '%: epoch % may not write, % may', p_log, p_epoch, writer.epoch
      USING ERRCODE = 'DL002';
  ELSIF writer.next_idx <> p_expected THEN
    RAISE EXCEPTION '%: % is next, not %', p_log, writer.next_idx, p_expected
      USING ERRCODE = 'DL003';
  END IF;
  INSERT INTO daylight.log_entry (log_id, idx, epoch, body, leaf_hash, cmd)
    SELECT writer.log_id, p_expected + place - 1, p_epoch, body,
           sha256('\x00'::bytea || body), cmd
    FROM unnest(p_bodies, p_cmds) WITH ORDINALITY AS given (body, cmd, place);
  INSERT INTO daylight.log_checkpoint VALUES (writer.log_id, size, p_note);
  UPDATE daylight.log_writer SET next_idx = size WHERE log_id = writer.log_id;
END $$;

CREATE OR REPLACE FUNCTION daylight.create_log(p_log text, p_body bytea, p_note bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE made bigint;
BEGIN
  INSERT INTO daylight.log (name) VALUES (p_log) ON CONFLICT DO NOTHING RETURNING log_id INTO made;
  IF made IS NULL THEN
    RAISE EXCEPTION '%', p_log USING ERRCODE = 'DL004';
  END IF;
  INSERT INTO daylight.log_writer VALUES (made, 0, 0, '');
  PERFORM daylight.append(p_log, 0, 0, ARRAY[p_body], ARRAY[NULL::text], p_note);
END $$;

CREATE OR REPLACE FUNCTION daylight.take_over(
  p_log text, p_holder text, OUT epoch bigint, OUT next_idx bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE daylight.log_writer AS w SET epoch = w.epoch + 1, holder = p_holder
    WHERE w.log_id = daylight.id_of(p_log)
    RETURNING w.epoch, w.next_idx INTO take_over.epoch, take_over.next_idx;
END $$;

CREATE OR REPLACE FUNCTION daylight.keep_cosigned(p_log text, p_size bigint, p_note bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  id bigint := daylight.id_of(p_log);
  signed bytea;
BEGIN
  SELECT note INTO signed FROM daylight.log_checkpoint WHERE log_id = id AND size = p_size;
  IF signed IS NULL OR substr(p_note, 1, length(signed)) <> signed THEN
    RAISE EXCEPTION '%: no such checkpoint was signed', p_log USING ERRCODE = 'DL005';
  END IF;
  INSERT INTO daylight.log_cosigned (log_id, size, note) VALUES (id, p_size, p_note);
END $$;

CREATE OR REPLACE FUNCTION daylight.beat(p_now bigint)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO daylight.house_beat VALUES (1, p_now)
    ON CONFLICT (beat_id) DO UPDATE SET t = greatest(daylight.house_beat.t, excluded.t);
$$;
