-- Deterministic data for the benchmark, into a migrated and otherwise empty PostgreSQL database:
--   psql "$DATABASE_URL" -v scale=1 -f tests/bench/generate.sql
-- Scale 1: 10 municipalities, 200 neighbourhoods, 100 partners, 1,000 ambassadors, 100,000
-- residents, 500,000 signals, 200,000 referrals. Every value is a function of table and row number.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET synchronous_commit = off;
SET session_replication_role = replica; -- ids are consistent by construction

SELECT (10 * :scale)::int AS towns, (200 * :scale)::int AS places, (100 * :scale)::int AS partners,
       (1000 * :scale)::int AS volunteers, (100000 * :scale)::int AS people,
       (500000 * :scale)::int AS signals, (200000 * :scale)::int AS referrals \gset

CREATE SCHEMA bench;
-- A version 7 UUID of a time, its random part taken from kind and number.
CREATE FUNCTION bench.id(kind text, i bigint, at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' ||
          substr(md5(kind || ':' || i), 1, 3) || 'a' || substr(md5(kind || ':' || i), 4, 15))::uuid $$;
CREATE FUNCTION bench.draw(salt text, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT ((('x' || substr(md5(salt || '/' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION bench.since(at text, i bigint, step interval) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT (at::timestamp AT TIME ZONE 'UTC') + i * step $$;

CREATE FUNCTION bench.town(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('town', i, bench.since('2023-01-01', i, '1 minute')) $$;
CREATE FUNCTION bench.place(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('place', i, bench.since('2023-02-01', i, '1 minute')) $$;
CREATE FUNCTION bench.partner(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('partner', i, bench.since('2023-03-01', i, '1 minute')) $$;
CREATE FUNCTION bench.volunteer(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('volunteer', i, bench.since('2023-04-01', i, '1 minute')) $$;
CREATE FUNCTION bench.person(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('person', i, bench.since('2023-06-01', i, '1 minute')) $$;
CREATE FUNCTION bench.signal(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.id('signal', i, bench.since('2024-01-01', i, '2 minutes')) $$;

INSERT INTO municipalities (id, name, country, code, code_scheme, created_at, updated_at, version)
SELECT bench.town(i), 'Gemeente ' || i, 'NL', 'GM' || lpad(i::text, 4, '0'), 'CBS_GM', now(), now(), 1
FROM generate_series(1, :towns) i;

INSERT INTO neighbourhoods (id, municipality_id, name, created_at, updated_at, version)
SELECT bench.place(i), bench.town(1 + (i - 1) % :towns), 'Buurt ' || i, now(), now(), 1
FROM generate_series(1, :places) i;

INSERT INTO partners (id, name, kind, secrecy, status, reference, created_at, updated_at, version)
SELECT bench.partner(i), 'Stichting ' || i, 'VOLUNTEER_ORGANISATION', 'DISCRETION', 'ACTIVE', 'partner-' || i, now(), now(), 1
FROM generate_series(1, :partners) i;
INSERT INTO partner_neighbourhoods (partner_id, neighbourhood_id)
SELECT bench.partner(i), bench.place(j) FROM generate_series(1, :partners) i, generate_series(1, :places) j
WHERE (i - 1) % :towns = (j - 1) % :towns;

INSERT INTO users (id, kind, issuer, subject, display_name, status, authz_version, created_at, updated_at, version)
VALUES (bench.id('user', 0, '2023-01-01Z'), 'PERSON', 'https://bench.invalid', 'coordinator', 'Bench', 'ACTIVE', 1, now(), now(), 1);
INSERT INTO role_grants (id, user_id, role, municipality_id, valid_from, created_at, updated_at, version)
SELECT bench.id('role', i, '2023-01-01Z'), bench.id('user', 0, '2023-01-01Z'), 'COORDINATOR', bench.town(i), '2023-01-01Z', now(), now(), 1
FROM generate_series(1, :towns) i;

INSERT INTO ambassadors (id, municipality_id, whole_municipality, display_name, roles, status, briefed_on, public_profile, created_at, updated_at, version)
SELECT bench.volunteer(i), bench.town(1 + (i - 1) % :places % :towns), false, 'Vrijwilliger ' || i, ',LISTENER,', 'ACTIVE', '2023-04-01', i % 2 = 0, now(), now(), 1
FROM generate_series(1, :volunteers) i;
INSERT INTO ambassador_neighbourhoods (ambassador_id, neighbourhood_id)
SELECT bench.volunteer(i), bench.place(1 + (i - 1) % :places) FROM generate_series(1, :volunteers) i;

INSERT INTO residents (id, municipality_id, neighbourhood_id, given_name, family_name, birth_year, target_groups, languages, recorded_by_user_id, created_at, updated_at, version)
SELECT bench.person(i), bench.town(1 + (i - 1) % :places % :towns), bench.place(1 + (i - 1) % :places), 'Voornaam ' || i, 'Familie ' || bench.draw('name', i, 5000), 1930 + bench.draw('born', i, 75), ',', ',nl,', bench.id('user', 0, '2023-01-01Z'), now(), now(), 1
FROM generate_series(1, :people) i;

INSERT INTO signals (id, municipality_id, neighbourhood_id, resident_id, kind, category, urgency, title, status, reporter_user_id, reporter_ambassador_id, inflow_channel, due_at, created_at, updated_at, version)
SELECT bench.signal(i), bench.town(1 + (p - 1) % :towns), bench.place(p),
       CASE WHEN bench.draw('resident', i, 10) < 8 THEN bench.person(p + :places * bench.draw('whom', i, 500)) END,
       'NEED', (ARRAY['LONELINESS', 'MONEY', 'HOUSING', 'HEALTH', 'MOBILITY', 'CHORES', 'SAFETY', 'OTHER'])[1 + bench.draw('category', i, 8)],
       (ARRAY['LOW', 'NORMAL', 'HIGH', 'ACUTE'])[1 + bench.draw('urgency', i, 4)],
       'Iets dat opviel in de buurt, nummer ' || i,
       (ARRAY['SUBMITTED', 'TRIAGED', 'IN_PROGRESS', 'RESOLVED', 'RESOLVED'])[1 + bench.draw('status', i, 5)],
       bench.id('user', 0, '2023-01-01Z'), bench.volunteer(p + :places * bench.draw('who', i, 5)), 'VISIT',
       bench.since('2024-01-08', i, '2 minutes'), bench.since('2024-01-01', i, '2 minutes'), bench.since('2024-01-01', i, '2 minutes'), 1
FROM (SELECT i, 1 + bench.draw('place', i, :places) AS p FROM generate_series(1, :signals) i) numbered;

INSERT INTO referrals (id, signal_id, municipality_id, neighbourhood_id, resident_id, to_partner_id, status, disclosed_fields, reason, requested_by_user_id, created_at, updated_at, version)
SELECT bench.id('referral', i, s.created_at + interval '1 hour'), s.id, s.municipality_id, s.neighbourhood_id, s.resident_id,
       bench.partner(1 + bench.draw('to', i, :partners)), (ARRAY['REQUESTED', 'ACCEPTED', 'REJECTED', 'COMPLETED'])[1 + bench.draw('referred', i, 4)],
       ',NAME,', 'Graag langsgaan.', bench.id('user', 0, '2023-01-01Z'), s.created_at + interval '1 hour', s.created_at + interval '1 hour', 1
FROM generate_series(1, :referrals) i JOIN signals s ON s.id = bench.signal(1 + bench.draw('of', i, :signals));

DROP SCHEMA bench CASCADE;
ANALYZE;
