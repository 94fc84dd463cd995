-- CreateTable
CREATE TABLE "upstream_costs" (
    "channel_id" UUID NOT NULL,
    "sum_pico" DECIMAL(38,0) NOT NULL,

    CONSTRAINT "upstream_costs_pkey" PRIMARY KEY ("channel_id")
);

-- One row a channel, written by every batch: room for new versions of it on its own page, so that no index is touched.
ALTER TABLE upstream_costs SET (fillfactor = 20);

-- What requests have cost until now, by channel.
INSERT INTO upstream_costs (channel_id, sum_pico)
SELECT channel_id, sum(cost_pico) FROM (
    SELECT channel_id, cost_pico FROM attempts
    UNION ALL
    SELECT c.channel_id, c.cost_pico FROM charges c
     WHERE c.channel_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.request_id = c.id AND a.at = c.at)) cost
 GROUP BY channel_id HAVING sum(cost_pico) <> 0;

-- Until now each batch was rounded by itself: the sum of those roundings is booked once, so that from here on every
-- vendor's account is its requests' cost to below a nano.
DO $$
DECLARE channel uuid; missing bigint; tx uuid; accrued bigint; spent bigint;
BEGIN
  FOR channel, missing IN
    SELECT coalesce(u.channel_id, l.channel_id), floor(coalesce(u.sum_pico, 0) / 1000) - coalesce(l.booked, 0)
      FROM upstream_costs u FULL JOIN (
        SELECT split_part(a.code, ':', 2)::uuid AS channel_id, -sum(e.amount_nano) AS booked
          FROM accounts a JOIN ledger_entries e ON e.account_id = a.id JOIN ledger_transactions t ON t.id = e.tx_id
         WHERE a.code LIKE 'upstream:%:accrued' AND t.kind = 'settlement' GROUP BY 1) l ON l.channel_id = u.channel_id
     WHERE floor(coalesce(u.sum_pico, 0) / 1000) <> coalesce(l.booked, 0)
  LOOP
    -- A UUIDv7: the version is the high nibble of the seventh byte.
    tx := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;
    INSERT INTO accounts (code, class) VALUES ('upstream:' || channel || ':accrued', 'liability') ON CONFLICT DO NOTHING;
    SELECT id INTO accrued FROM accounts WHERE code = 'upstream:' || channel || ':accrued';
    SELECT id INTO spent FROM accounts WHERE code = 'expense:upstream';
    INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type, ref_type, ref_id, reason)
      VALUES (tx, 'upstream_trueup', 'trueup:' || channel || ':rounding', 'system', 'rounding', channel::text, 'roundings of earlier batches');
    INSERT INTO ledger_entries (tx_id, account_id, amount_nano) VALUES (tx, spent, missing), (tx, accrued, -missing);
  END LOOP;
END $$;
