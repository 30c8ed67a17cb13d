-- Who is present and who owns which log. No part of any record, and nothing that makes a bid safe:
-- that is the epoch of log_writer. Instants are microseconds since 1970 UTC on this database's clock.
-- Errors: DL007 not present.

CREATE TABLE IF NOT EXISTS daylight.node (
  node_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  seen bigint NOT NULL,
  until bigint NOT NULL,
  -- Ended with a goodbye: nobody has to wait for a word of this node.
  gone boolean NOT NULL DEFAULT false
);

-- Where the other nodes reach it without Redis, as host:port; null where they do not.
ALTER TABLE daylight.node ADD COLUMN IF NOT EXISTS place text;

CREATE TABLE IF NOT EXISTS daylight.log_lease (
  log_id bigint PRIMARY KEY REFERENCES daylight.log,
  -- Null: released, at `since`.
  node_id bigint REFERENCES daylight.node ON DELETE SET NULL,
  since bigint NOT NULL
);

-- Until when the log was surely served, where its record does not say yet what that cost: whoever owns
-- it next is told. Null: the record says all.
ALTER TABLE daylight.log_lease ADD COLUMN IF NOT EXISTS owed bigint;

CREATE OR REPLACE FUNCTION daylight.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
$$;

CREATE OR REPLACE FUNCTION daylight.address_of(p daylight.node) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT p.name || '.' || p.node_id $$;

DROP FUNCTION IF EXISTS daylight.enter(text, bigint);

-- A node of the release before has no place.
CREATE OR REPLACE FUNCTION daylight.enter(p_name text, p_ttl bigint, p_place text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  at bigint := daylight.now_us();
  made bigint;
BEGIN
  -- Old presences that own nothing any more; a day is longer than anybody looks back.
  DELETE FROM daylight.node AS n WHERE n.until < at - 86400000000
    AND NOT EXISTS (SELECT FROM daylight.log_lease AS l WHERE l.node_id = n.node_id);
  INSERT INTO daylight.node (name, seen, until, place) VALUES (p_name, at, at + p_ttl, p_place)
    RETURNING node_id INTO made;
  RETURN made;
END $$;

CREATE OR REPLACE FUNCTION daylight.renew(p_node bigint, p_ttl bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE at bigint := daylight.now_us();
BEGIN
  -- Once it has run out others may have acted on that: there is no way back but to enter anew.
  UPDATE daylight.node SET seen = at, until = at + p_ttl
    WHERE node_id = p_node AND NOT gone AND until > at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'node % is not present', p_node USING ERRCODE = 'DL007';
  END IF;
END $$;

DROP FUNCTION IF EXISTS daylight.acquire(text, bigint);

-- A node of the release before never tells what it owes: nothing is kept that nobody takes back.
CREATE OR REPLACE FUNCTION daylight.acquire(
  p_log text, p_node bigint, p_tells boolean DEFAULT false,
  OUT granted boolean, OUT served bigint, OUT handed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  id bigint := daylight.id_of(p_log);
  lease daylight.log_lease;
  owner daylight.node;
  at bigint;
BEGIN
  INSERT INTO daylight.log_lease VALUES (id, NULL, daylight.now_us()) ON CONFLICT DO NOTHING;
  SELECT * INTO lease FROM daylight.log_lease WHERE log_id = id FOR UPDATE;
  at := daylight.now_us();
  IF NOT EXISTS (SELECT FROM daylight.node WHERE node_id = p_node AND NOT gone AND until > at) THEN
    RAISE EXCEPTION 'node % is not present', p_node USING ERRCODE = 'DL007';
  END IF;
  SELECT * INTO owner FROM daylight.node WHERE node_id = lease.node_id;
  granted := lease.node_id IS NULL OR lease.node_id = p_node OR owner.until <= at;
  -- Whoever owned it may have gone before he had said what was lost before him.
  handed := (lease.node_id IS NULL OR lease.node_id = p_node) AND lease.owed IS NULL;
  served := least(lease.owed, CASE WHEN lease.node_id IS NULL THEN lease.since
                                   WHEN lease.node_id = p_node THEN at ELSE owner.seen END);
  IF granted THEN
    UPDATE daylight.log_lease
      SET node_id = p_node, since = at, owed = CASE WHEN p_tells THEN acquire.served END
      WHERE log_id = id;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION daylight.owes(p_log text, p_node bigint, p_since bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE daylight.log_lease SET owed = p_since
    WHERE log_id = daylight.id_of(p_log) AND node_id = p_node;
$$;

CREATE OR REPLACE FUNCTION daylight.release(p_log text, p_node bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE daylight.log_lease SET node_id = NULL, since = daylight.now_us()
    WHERE log_id = daylight.id_of(p_log) AND node_id = p_node;
$$;

CREATE OR REPLACE FUNCTION daylight.leave(p_node bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE daylight.log_lease SET node_id = NULL, since = daylight.now_us() WHERE node_id = p_node;
  UPDATE daylight.node SET gone = true, until = least(until, daylight.now_us())
    WHERE node_id = p_node;
$$;

-- One row a node that is present or left within the minute, with the logs it owns; and the instant
-- by itself, so that there is one. VOLATILE: the tables are read after the clock, so that whoever
-- is not seen in them had not entered at `at`. Dropped first: what it returns has grown.
DROP FUNCTION IF EXISTS daylight.look();

CREATE OR REPLACE FUNCTION daylight.look(
  OUT at bigint, OUT address text, OUT until bigint, OUT gone boolean, OUT owns text[],
  OUT place text
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  at := daylight.now_us();
  RETURN NEXT;
  RETURN QUERY
    SELECT look.at, daylight.address_of(n), n.until, n.gone,
           array_agg(l.name) FILTER (WHERE l.name IS NOT NULL), n.place
    FROM daylight.node AS n
    LEFT JOIN (daylight.log_lease JOIN daylight.log AS l USING (log_id)) USING (node_id)
    WHERE n.until > look.at OR (n.gone AND n.until > look.at - 60000000)
    GROUP BY n.node_id;
END $$;
