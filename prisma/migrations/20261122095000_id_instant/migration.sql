-- The same instant in a quarter of the time: four of these stand behind every charge. The name keeps its meaning to the
-- millisecond, as checks and rows that exist rest on it.
CREATE OR REPLACE FUNCTION mm_uuid_ms(u uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT to_timestamp(('x' || encode(substr(uuid_send(u), 1, 6), 'hex'))::bit(48)::bigint / 1000::float8) $$;
