-- The first half of this file says what the Prisma schema says, but for three changes by hand: identity columns instead
-- of sequences, `PARTITION BY` on charges and attempts, and the functions that come first. The second half, from
-- "Written by hand" on, says what Prisma cannot: constraints, triggers, partitions, partial indexes, first rows.
-- Nothing here is newer than PostgreSQL 14.

/* The instant that a UUIDv7 was made at, to the millisecond. */
CREATE FUNCTION mm_uuid_ms(u uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT to_timestamp((('x' || lpad(replace(left(u::text, 13), '-', ''), 16, '0'))::bit(64)::bigint) / 1000.0) $$;

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "password_hash" TEXT,
    "role" TEXT NOT NULL DEFAULT 'customer',
    "status" TEXT NOT NULL DEFAULT 'active',
    "group_id" UUID NOT NULL,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "budgets" JSONB NOT NULL DEFAULT '[]',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "locale" TEXT NOT NULL DEFAULT 'en',
    "session_epoch" INTEGER NOT NULL DEFAULT 0,
    "verified_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "pepper" INTEGER NOT NULL DEFAULT 1,
    "prefix" TEXT NOT NULL,
    "suffix" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'api',
    "status" TEXT NOT NULL DEFAULT 'active',
    "group_id" UUID,
    "models" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "endpoints" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "cidrs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "limits" JSONB NOT NULL DEFAULT '{}',
    "budgets" JSONB NOT NULL DEFAULT '[]',
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "management_tokens" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "pepper" INTEGER NOT NULL DEFAULT 1,
    "prefix" TEXT NOT NULL,
    "suffix" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "cidrs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "management_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_type" TEXT NOT NULL,
    "actor_id" TEXT,
    "session" TEXT,
    "ip" TEXT,
    "action" TEXT NOT NULL,
    "target_type" TEXT,
    "target_id" TEXT,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,
    "request_id" TEXT,
    "prev_mac" BYTEA NOT NULL,
    "mac" BYTEA NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "idempotent_requests" (
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "response" JSONB,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotent_requests_pkey" PRIMARY KEY ("actor_id","key")
);

-- CreateTable
CREATE TABLE "vendors" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "vendors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "models" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT,
    "vendor_id" UUID,
    "context_tokens" INTEGER,
    "max_output_tokens" INTEGER,
    "endpoints" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "list_price" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_aliases" (
    "alias" TEXT NOT NULL,
    "model_id" UUID NOT NULL,

    CONSTRAINT "model_aliases_pkey" PRIMARY KEY ("alias")
);

-- CreateTable
CREATE TABLE "price_versions" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "model_id" UUID NOT NULL,
    "effective_from" TIMESTAMPTZ(6) NOT NULL,
    "doc" JSONB NOT NULL,
    "ratio_input" JSONB,
    "note" TEXT,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "groups" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "ppm" INTEGER NOT NULL DEFAULT 1000000,
    "top_up_ppm" INTEGER NOT NULL DEFAULT 1000000,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "groups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_prices" (
    "group_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "ppm" INTEGER,
    "doc" JSONB,

    CONSTRAINT "group_prices_pkey" PRIMARY KEY ("group_id","model_id")
);

-- CreateTable
CREATE TABLE "user_prices" (
    "user_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "ppm" INTEGER,
    "doc" JSONB,

    CONSTRAINT "user_prices_pkey" PRIMARY KEY ("user_id","model_id")
);

-- CreateTable
CREATE TABLE "config_rev" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "rev" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "config_rev_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channels" (
    "id" UUID NOT NULL,
    "number" INTEGER GENERATED ALWAYS AS IDENTITY,
    "name" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "base_url" TEXT,
    "protocol" TEXT,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "key_mode" TEXT NOT NULL DEFAULT 'round_robin',
    "cost_ppm" INTEGER NOT NULL DEFAULT 1000000,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "timeouts" JSONB NOT NULL DEFAULT '{}',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'active',
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel_keys" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "sealed" BYTEA NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "suffix" TEXT NOT NULL,
    "source" TEXT,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'active',
    "reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel_models" (
    "channel_id" UUID NOT NULL,
    "public_name" TEXT NOT NULL,
    "upstream_name" TEXT NOT NULL,
    "caps" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "channel_models_pkey" PRIMARY KEY ("channel_id","public_name")
);

-- CreateTable
CREATE TABLE "channel_groups" (
    "channel_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,

    CONSTRAINT "channel_groups_pkey" PRIMARY KEY ("channel_id","group_id")
);

-- CreateTable
CREATE TABLE "cost_versions" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "channel_id" UUID NOT NULL,
    "upstream_model" TEXT NOT NULL,
    "effective_from" TIMESTAMPTZ(6) NOT NULL,
    "doc" JSONB NOT NULL,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',

    CONSTRAINT "cost_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upstream_objects" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "upstream_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upstream_objects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallets" (
    "id" UUID NOT NULL,
    "owner_type" TEXT NOT NULL,
    "owner_id" UUID NOT NULL,
    "paid_nano" BIGINT NOT NULL DEFAULT 0,
    "lots_nano" BIGINT NOT NULL DEFAULT 0,
    "frozen_nano" BIGINT NOT NULL DEFAULT 0,
    "debt_nano" BIGINT NOT NULL DEFAULT 0,
    "credit_limit_nano" BIGINT NOT NULL DEFAULT 0,
    "leased_nano" BIGINT NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'active',
    "seq" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "wallets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "code" TEXT NOT NULL,
    "class" TEXT NOT NULL,
    "wallet_id" UUID,
    "bucket" TEXT,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transactions" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "posted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_type" TEXT NOT NULL,
    "actor_id" TEXT,
    "ref_type" TEXT,
    "ref_id" TEXT,
    "reverses_id" UUID,
    "reason" TEXT,
    "meta" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "ledger_transactions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "tx_id" UUID NOT NULL,
    "account_id" BIGINT NOT NULL,
    "amount_nano" BIGINT NOT NULL,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credit_lots" (
    "id" UUID NOT NULL,
    "wallet_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "granted_nano" BIGINT NOT NULL,
    "remaining_nano" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "source_type" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credit_lots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_cards" (
    "id" UUID NOT NULL,
    "price_version_id" BIGINT NOT NULL,
    "multipliers" JSONB NOT NULL,
    "p_input" BIGINT NOT NULL,
    "p_cache_read" BIGINT NOT NULL,
    "p_cache_write_5m" BIGINT NOT NULL,
    "p_cache_write_1h" BIGINT NOT NULL,
    "p_output" BIGINT NOT NULL,
    "p_reasoning" BIGINT NOT NULL,
    "p_other" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "rate_cards_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "charges" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "wallet_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "key_id" UUID,
    "org_id" UUID,
    "project_id" UUID,
    "model_id" UUID NOT NULL,
    "channel_id" UUID,
    "rate_card_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "usage_source" TEXT NOT NULL,
    "u_input" BIGINT NOT NULL DEFAULT 0,
    "u_cache_read" BIGINT NOT NULL DEFAULT 0,
    "u_cache_write_5m" BIGINT NOT NULL DEFAULT 0,
    "u_cache_write_1h" BIGINT NOT NULL DEFAULT 0,
    "u_output" BIGINT NOT NULL DEFAULT 0,
    "u_reasoning" BIGINT NOT NULL DEFAULT 0,
    "u_other" JSONB NOT NULL DEFAULT '{}',
    "sum_pico" DECIMAL(30,0) NOT NULL,
    "charge_nano" BIGINT NOT NULL,
    "lots_nano" BIGINT NOT NULL DEFAULT 0,
    "paid_nano" BIGINT NOT NULL DEFAULT 0,
    "debt_nano" BIGINT NOT NULL DEFAULT 0,
    "cost_pico" DECIMAL(30,0) NOT NULL DEFAULT 0,
    "flags" INTEGER NOT NULL DEFAULT 0,
    "group_id" UUID,
    "endpoint" TEXT NOT NULL,
    "stream" BOOLEAN NOT NULL DEFAULT false,
    "http_status" SMALLINT NOT NULL,
    "model_asked" TEXT,
    "finish" TEXT,
    "error_code" TEXT,
    "hold_nano" BIGINT NOT NULL DEFAULT 0,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "latency_ms" INTEGER,
    "ttft_ms" INTEGER,
    "settlement_id" UUID NOT NULL,

    CONSTRAINT "charges_pkey" PRIMARY KEY ("id","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "attempts" (
    "request_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "n" SMALLINT NOT NULL,
    "channel_id" UUID NOT NULL,
    "credential" UUID,
    "upstream_model" TEXT,
    "upstream_id" TEXT,
    "error_class" TEXT,
    "status" SMALLINT,
    "latency_ms" INTEGER,
    "ttft_ms" INTEGER,
    "usage" JSONB NOT NULL DEFAULT '{}',
    "cost_pico" DECIMAL(30,0) NOT NULL DEFAULT 0,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("request_id","at","n")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "wallet_leases" (
    "wallet_id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "held_nano" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "wallet_leases_pkey" PRIMARY KEY ("wallet_id","node_id")
);

-- CreateTable
CREATE TABLE "holds" (
    "id" UUID NOT NULL,
    "wallet_id" UUID NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(6),

    CONSTRAINT "holds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budget_windows" (
    "scope" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(6) NOT NULL,
    "spent_nano" BIGINT NOT NULL DEFAULT 0,
    "leased_nano" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "budget_windows_pkey" PRIMARY KEY ("scope","period","starts_at")
);

-- CreateTable
CREATE TABLE "relay_nodes" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "snapshot_rev" BIGINT NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "relay_nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settle_dead_letters" (
    "request_id" UUID NOT NULL,
    "wallet_id" UUID NOT NULL,
    "record" JSONB NOT NULL,
    "error" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "settle_dead_letters_pkey" PRIMARY KEY ("request_id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "wallet_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "livemode" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL,
    "credit_nano" BIGINT NOT NULL,
    "bonus_nano" BIGINT NOT NULL DEFAULT 0,
    "bonus_expires_at" TIMESTAMPTZ(6),
    "pay_currency" CHAR(3) NOT NULL,
    "fx_rate" BIGINT NOT NULL,
    "subtotal_minor" BIGINT NOT NULL,
    "discount_minor" BIGINT NOT NULL DEFAULT 0,
    "fee_minor" BIGINT NOT NULL DEFAULT 0,
    "pay_minor" BIGINT NOT NULL,
    "tax_minor" BIGINT,
    "coupon_id" UUID,
    "plan_id" UUID,
    "provider_session_id" TEXT,
    "provider_payment_id" TEXT,
    "provider_customer_id" TEXT,
    "client_key" TEXT,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "paid_at" TIMESTAMPTZ(6),
    "credited_at" TIMESTAMPTZ(6),
    "checks" INTEGER NOT NULL DEFAULT 0,
    "next_check_at" TIMESTAMPTZ(6),
    "review_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_events" (
    "provider" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "object_id" TEXT,
    "livemode" BOOLEAN NOT NULL,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'received',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "received_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(6),

    CONSTRAINT "provider_events_pkey" PRIMARY KEY ("provider","event_id")
);

-- CreateTable
CREATE TABLE "payments" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_payment_id" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "tax_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" CHAR(3) NOT NULL,
    "method" TEXT,
    "country" CHAR(2),
    "fingerprint" TEXT,
    "fee_nano" BIGINT,
    "balance_txn_id" TEXT,
    "balance_currency" CHAR(3),
    "balance_net_minor" BIGINT,
    "available_on" TIMESTAMPTZ(6),
    "refunded_minor" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refunds" (
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "credit_nano" BIGINT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "provider_refund_id" TEXT,
    "reason" TEXT NOT NULL,
    "actor_id" UUID,
    "failure_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "refunds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "disputes" (
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "provider_dispute_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "credit_nano" BIGINT NOT NULL,
    "frozen_nano" BIGINT NOT NULL DEFAULT 0,
    "outcome" TEXT,
    "evidence_due_at" TIMESTAMPTZ(6),
    "opened_at" TIMESTAMPTZ(6) NOT NULL,
    "closed_at" TIMESTAMPTZ(6),

    CONSTRAINT "disputes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "redeem_batches" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credit_nano" BIGINT NOT NULL,
    "bucket" TEXT NOT NULL,
    "lot_ttl_days" INTEGER,
    "codes" INTEGER NOT NULL,
    "max_uses" INTEGER NOT NULL DEFAULT 1,
    "per_user" INTEGER NOT NULL DEFAULT 1,
    "campaign" TEXT,
    "per_user_campaign" INTEGER,
    "new_users_only" BOOLEAN NOT NULL DEFAULT false,
    "starts_at" TIMESTAMPTZ(6),
    "expires_at" TIMESTAMPTZ(6),
    "reseller_id" UUID,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "redeem_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "redeem_codes" (
    "id" UUID NOT NULL,
    "batch_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "max_uses" INTEGER NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',

    CONSTRAINT "redeem_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "redemptions" (
    "id" UUID NOT NULL,
    "code_id" UUID NOT NULL,
    "batch_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "wallet_id" UUID NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 1,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "redemptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupons" (
    "id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "campaign" TEXT,
    "kind" TEXT NOT NULL,
    "ppm" INTEGER,
    "fixed_minor" BIGINT,
    "fixed_nano" BIGINT,
    "lot_ttl_days" INTEGER,
    "models" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "min_credit_nano" BIGINT NOT NULL DEFAULT 0,
    "currencies" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "max_uses" INTEGER,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "per_user" INTEGER NOT NULL DEFAULT 1,
    "first_only" BOOLEAN NOT NULL DEFAULT false,
    "starts_at" TIMESTAMPTZ(6),
    "expires_at" TIMESTAMPTZ(6),
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupon_uses" (
    "order_id" UUID NOT NULL,
    "coupon_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'reserved',
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "coupon_uses_pkey" PRIMARY KEY ("order_id")
);

-- CreateTable
CREATE TABLE "invoices" (
    "id" UUID NOT NULL,
    "series" TEXT NOT NULL,
    "number" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "order_id" UUID,
    "refund_id" UUID,
    "parent_id" UUID,
    "doc" JSONB NOT NULL,
    "issued_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plans" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "price_minor" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "credit_nano" BIGINT NOT NULL,
    "interval" TEXT NOT NULL,
    "rollover_ppm" INTEGER NOT NULL DEFAULT 0,
    "group_id" UUID,
    "stripe_price_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "plan_id" UUID NOT NULL,
    "provider_subscription_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "current_from" TIMESTAMPTZ(6),
    "current_to" TIMESTAMPTZ(6),
    "cancel_at_period_end" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "saved_methods" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_method_id" TEXT NOT NULL,
    "brand" TEXT,
    "last4" TEXT,
    "exp" TEXT,
    "default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_methods_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auto_topups" (
    "wallet_id" UUID NOT NULL,
    "threshold_nano" BIGINT NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "month_cap_nano" BIGINT NOT NULL,
    "method_id" UUID,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "paused_until" TIMESTAMPTZ(6),
    "enabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "auto_topups_pkey" PRIMARY KEY ("wallet_id")
);

-- CreateTable
CREATE TABLE "referrals" (
    "referee_id" UUID NOT NULL,
    "referrer_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "due_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "referrals_pkey" PRIMARY KEY ("referee_id")
);

-- CreateTable
CREATE TABLE "fx_rates" (
    "currency" CHAR(3) NOT NULL,
    "rate" BIGINT NOT NULL,
    "effective_from" TIMESTAMPTZ(6) NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "fx_rates_pkey" PRIMARY KEY ("currency","effective_from")
);

-- CreateTable
CREATE TABLE "usage_hourly" (
    "hour" TIMESTAMPTZ(6) NOT NULL,
    "wallet_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "errors" BIGINT NOT NULL DEFAULT 0,
    "u_input" BIGINT NOT NULL DEFAULT 0,
    "u_cache_read" BIGINT NOT NULL DEFAULT 0,
    "u_cache_write_5m" BIGINT NOT NULL DEFAULT 0,
    "u_cache_write_1h" BIGINT NOT NULL DEFAULT 0,
    "u_output" BIGINT NOT NULL DEFAULT 0,
    "u_reasoning" BIGINT NOT NULL DEFAULT 0,
    "u_other" JSONB NOT NULL DEFAULT '{}',
    "charge_nano" BIGINT NOT NULL DEFAULT 0,
    "cost_pico" DECIMAL(30,0) NOT NULL DEFAULT 0,
    "latency_ms" BIGINT NOT NULL DEFAULT 0,
    "ttft_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "usage_hourly_pkey" PRIMARY KEY ("hour","wallet_id","key_id","model_id","channel_id")
);

-- CreateTable
CREATE TABLE "ledger_daily" (
    "day" DATE NOT NULL,
    "account_id" BIGINT NOT NULL,
    "debit_nano" DECIMAL(30,0) NOT NULL DEFAULT 0,
    "credit_nano" DECIMAL(30,0) NOT NULL DEFAULT 0,
    "balance_nano" DECIMAL(30,0) NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_daily_pkey" PRIMARY KEY ("day","account_id")
);

-- CreateTable
CREATE TABLE "upstream_bills" (
    "channel_id" UUID NOT NULL,
    "period" TEXT NOT NULL,
    "bucket" TEXT NOT NULL,
    "quantity" DECIMAL(30,0) NOT NULL,
    "amount" DECIMAL(30,12) NOT NULL,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',

    CONSTRAINT "upstream_bills_pkey" PRIMARY KEY ("channel_id","period","bucket")
);

-- CreateTable
CREATE TABLE "recon_runs" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "from" TIMESTAMPTZ(6),
    "to" TIMESTAMPTZ(6),
    "status" TEXT NOT NULL DEFAULT 'running',
    "summary" JSONB NOT NULL DEFAULT '{}',
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "recon_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recon_diffs" (
    "run_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "ours" JSONB,
    "theirs" JSONB,
    "state" TEXT NOT NULL DEFAULT 'open',
    "note" TEXT,

    CONSTRAINT "recon_diffs_pkey" PRIMARY KEY ("run_id","kind","key")
);

-- CreateTable
CREATE TABLE "notifications_sent" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "window" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notifications_sent_pkey" PRIMARY KEY ("kind","subject","window")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_user_id_name_key" ON "api_keys"("user_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "management_tokens_name_key" ON "management_tokens"("name");

-- CreateIndex
CREATE UNIQUE INDEX "management_tokens_hash_key" ON "management_tokens"("hash");

-- CreateIndex
CREATE INDEX "audit_log_target_type_target_id_idx" ON "audit_log"("target_type", "target_id");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- CreateIndex
CREATE UNIQUE INDEX "vendors_slug_key" ON "vendors"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "models_slug_key" ON "models"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "price_versions_model_id_effective_from_key" ON "price_versions"("model_id", "effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "groups_name_key" ON "groups"("name");

-- CreateIndex
CREATE UNIQUE INDEX "channels_number_key" ON "channels"("number");

-- CreateIndex
CREATE UNIQUE INDEX "channels_name_key" ON "channels"("name");

-- CreateIndex
CREATE UNIQUE INDEX "channel_keys_channel_id_fingerprint_key" ON "channel_keys"("channel_id", "fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "cost_versions_channel_id_upstream_model_effective_from_key" ON "cost_versions"("channel_id", "upstream_model", "effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "upstream_objects_channel_id_kind_upstream_id_key" ON "upstream_objects"("channel_id", "kind", "upstream_id");

-- CreateIndex
CREATE UNIQUE INDEX "wallets_owner_type_owner_id_key" ON "wallets"("owner_type", "owner_id");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_code_key" ON "accounts"("code");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_wallet_id_bucket_key" ON "accounts"("wallet_id", "bucket");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transactions_idempotency_key_key" ON "ledger_transactions"("idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transactions_reverses_id_key" ON "ledger_transactions"("reverses_id");

-- CreateIndex
CREATE INDEX "ledger_transactions_ref_type_ref_id_idx" ON "ledger_transactions"("ref_type", "ref_id");

-- CreateIndex
CREATE INDEX "ledger_transactions_kind_posted_at_idx" ON "ledger_transactions"("kind", "posted_at");

-- CreateIndex
CREATE INDEX "ledger_entries_account_id_id_idx" ON "ledger_entries"("account_id", "id");

-- CreateIndex
CREATE INDEX "ledger_entries_tx_id_idx" ON "ledger_entries"("tx_id");

-- CreateIndex
CREATE UNIQUE INDEX "credit_lots_source_type_source_id_key" ON "credit_lots"("source_type", "source_id");

-- CreateIndex
CREATE INDEX "charges_wallet_id_at_idx" ON "charges"("wallet_id", "at" DESC);

-- CreateIndex
CREATE INDEX "charges_key_id_at_idx" ON "charges"("key_id", "at" DESC);

-- CreateIndex
CREATE INDEX "charges_settlement_id_idx" ON "charges"("settlement_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_kind_key_key" ON "outbox"("kind", "key");

-- CreateIndex
CREATE UNIQUE INDEX "orders_number_key" ON "orders"("number");

-- CreateIndex
CREATE INDEX "orders_wallet_id_created_at_idx" ON "orders"("wallet_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "orders_provider_provider_session_id_key" ON "orders"("provider", "provider_session_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_provider_provider_payment_id_key" ON "orders"("provider", "provider_payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_user_id_client_key_key" ON "orders"("user_id", "client_key");

-- CreateIndex
CREATE UNIQUE INDEX "payments_provider_provider_payment_id_key" ON "payments"("provider", "provider_payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "refunds_provider_refund_id_key" ON "refunds"("provider_refund_id");

-- CreateIndex
CREATE UNIQUE INDEX "disputes_provider_dispute_id_key" ON "disputes"("provider_dispute_id");

-- CreateIndex
CREATE UNIQUE INDEX "redeem_codes_code_hash_key" ON "redeem_codes"("code_hash");

-- CreateIndex
CREATE UNIQUE INDEX "redemptions_code_id_user_id_n_key" ON "redemptions"("code_id", "user_id", "n");

-- CreateIndex
CREATE UNIQUE INDEX "coupons_code_hash_key" ON "coupons"("code_hash");

-- CreateIndex
CREATE INDEX "coupon_uses_coupon_id_user_id_idx" ON "coupon_uses"("coupon_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_refund_id_key" ON "invoices"("refund_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_series_number_key" ON "invoices"("series", "number");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_order_id_kind_key" ON "invoices"("order_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "plans_stripe_price_id_key" ON "plans"("stripe_price_id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_provider_subscription_id_key" ON "subscriptions"("provider_subscription_id");

-- CreateIndex
CREATE INDEX "subscriptions_user_id_idx" ON "subscriptions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "saved_methods_provider_method_id_key" ON "saved_methods"("provider_method_id");

-- CreateIndex
CREATE INDEX "saved_methods_user_id_idx" ON "saved_methods"("user_id");

-- CreateIndex
CREATE INDEX "referrals_referrer_id_idx" ON "referrals"("referrer_id");

-- CreateIndex
CREATE INDEX "usage_hourly_wallet_id_hour_idx" ON "usage_hourly"("wallet_id", "hour");

-- CreateIndex
CREATE INDEX "usage_hourly_model_id_hour_idx" ON "usage_hourly"("model_id", "hour");

-- CreateIndex
CREATE INDEX "usage_hourly_channel_id_hour_idx" ON "usage_hourly"("channel_id", "hour");

-- CreateIndex
CREATE INDEX "ledger_daily_account_id_day_idx" ON "ledger_daily"("account_id", "day");

-- CreateIndex
CREATE INDEX "recon_runs_kind_started_at_idx" ON "recon_runs"("kind", "started_at");

-- CreateIndex
CREATE INDEX "recon_diffs_state_idx" ON "recon_diffs"("state");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_prices" ADD CONSTRAINT "group_prices_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_keys" ADD CONSTRAINT "channel_keys_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_models" ADD CONSTRAINT "channel_models_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_groups" ADD CONSTRAINT "channel_groups_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_groups" ADD CONSTRAINT "channel_groups_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cost_versions" ADD CONSTRAINT "cost_versions_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_transactions" ADD CONSTRAINT "ledger_transactions_reverses_id_fkey" FOREIGN KEY ("reverses_id") REFERENCES "ledger_transactions"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_tx_id_fkey" FOREIGN KEY ("tx_id") REFERENCES "ledger_transactions"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "credit_lots" ADD CONSTRAINT "credit_lots_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "rate_cards" ADD CONSTRAINT "rate_cards_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "charges" ADD CONSTRAINT "charges_rate_card_id_fkey" FOREIGN KEY ("rate_card_id") REFERENCES "rate_cards"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "wallet_leases" ADD CONSTRAINT "wallet_leases_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "holds" ADD CONSTRAINT "holds_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "redeem_codes" ADD CONSTRAINT "redeem_codes_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "redeem_batches"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_code_id_fkey" FOREIGN KEY ("code_id") REFERENCES "redeem_codes"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallets"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "coupon_uses" ADD CONSTRAINT "coupon_uses_coupon_id_fkey" FOREIGN KEY ("coupon_id") REFERENCES "coupons"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_refund_id_fkey" FOREIGN KEY ("refund_id") REFERENCES "refunds"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "invoices"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "auto_topups" ADD CONSTRAINT "auto_topups_method_id_fkey" FOREIGN KEY ("method_id") REFERENCES "saved_methods"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "recon_diffs" ADD CONSTRAINT "recon_diffs_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "recon_runs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

--------------------------------------------------------------------------------------------------------------------
-- Written by hand
--------------------------------------------------------------------------------------------------------------------

-- Words that a column may hold -------------------------------------------------------------------------------------

ALTER TABLE users
  ADD CONSTRAINT users_email_lower CHECK (email = lower(email)),
  ADD CONSTRAINT users_role CHECK (role IN ('customer', 'support', 'finance', 'operator', 'owner')),
  ADD CONSTRAINT users_status CHECK (status IN ('active', 'disabled'));
ALTER TABLE api_keys
  ADD CONSTRAINT api_keys_kind CHECK (kind IN ('api', 'legacy', 'internal')),
  ADD CONSTRAINT api_keys_status CHECK (status IN ('active', 'disabled', 'revoked', 'leaked'));
ALTER TABLE management_tokens
  ADD CONSTRAINT management_tokens_role CHECK (role IN ('support', 'finance', 'operator', 'owner')),
  ADD CONSTRAINT management_tokens_status CHECK (status IN ('active', 'disabled'));
ALTER TABLE groups
  ADD CONSTRAINT groups_ppm CHECK (ppm BETWEEN 0 AND 1000000000),
  ADD CONSTRAINT groups_top_up_ppm CHECK (top_up_ppm BETWEEN 0 AND 1000000000);
ALTER TABLE channels
  ADD CONSTRAINT channels_status CHECK (status IN ('active', 'disabled', 'down')),
  ADD CONSTRAINT channels_weight CHECK (weight >= 0),
  ADD CONSTRAINT channels_cost_ppm CHECK (cost_ppm BETWEEN 0 AND 1000000000);
ALTER TABLE channel_keys ADD CONSTRAINT channel_keys_status CHECK (status IN ('active', 'disabled'));
ALTER TABLE config_rev ADD CONSTRAINT config_rev_one_row CHECK (id = 1);

-- Money ------------------------------------------------------------------------------------------------------------

ALTER TABLE wallets
  ADD CONSTRAINT wallets_owner_type CHECK (owner_type IN ('user', 'org')),
  ADD CONSTRAINT wallets_paid CHECK (paid_nano >= 0),
  ADD CONSTRAINT wallets_lots CHECK (lots_nano >= 0),
  ADD CONSTRAINT wallets_frozen CHECK (frozen_nano >= 0),
  ADD CONSTRAINT wallets_debt CHECK (debt_nano >= 0),
  ADD CONSTRAINT wallets_credit_limit CHECK (credit_limit_nano >= 0),
  ADD CONSTRAINT wallets_leased CHECK (leased_nano >= 0),
  ADD CONSTRAINT wallets_status CHECK (status IN ('active', 'restricted', 'closed')),
  ADD CONSTRAINT wallets_canonical CHECK (debt_nano = 0 OR (paid_nano = 0 AND lots_nano = 0));
ALTER TABLE accounts
  ADD CONSTRAINT accounts_class CHECK (class IN ('asset', 'liability', 'equity', 'revenue', 'expense')),
  ADD CONSTRAINT accounts_bucket CHECK (bucket IN ('paid', 'lots', 'frozen', 'debt')),
  ADD CONSTRAINT accounts_of_wallet CHECK ((wallet_id IS NULL) = (bucket IS NULL));
ALTER TABLE ledger_transactions
  ADD CONSTRAINT ledger_transactions_actor CHECK (actor_type IN ('system', 'user', 'operator', 'provider')),
  -- A missing reason is as bad as a short one: `length(NULL) >= 8` alone would let it pass.
  ADD CONSTRAINT ledger_transactions_reason CHECK (kind <> 'manual_adjustment' OR coalesce(length(reason), 0) >= 8);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_amount CHECK (amount_nano <> 0);
ALTER TABLE credit_lots
  ADD CONSTRAINT credit_lots_kind CHECK (kind IN ('plan', 'bonus', 'code', 'signup', 'referral', 'goodwill')),
  ADD CONSTRAINT credit_lots_granted CHECK (granted_nano > 0),
  ADD CONSTRAINT credit_lots_remaining CHECK (remaining_nano >= 0 AND remaining_nano <= granted_nano);
ALTER TABLE charges
  ADD CONSTRAINT charges_outcome CHECK (outcome IN ('ok', 'empty', 'client_abort', 'upstream_error', 'upstream_abort', 'refused', 'cut_no_credit', 'interrupted')),
  ADD CONSTRAINT charges_usage_source CHECK (usage_source IN ('upstream', 'estimated', 'none')),
  ADD CONSTRAINT charges_usage CHECK (u_input >= 0 AND u_cache_read >= 0 AND u_cache_write_5m >= 0 AND u_cache_write_1h >= 0 AND u_output >= 0 AND u_reasoning >= 0),
  ADD CONSTRAINT charges_sum CHECK (sum_pico >= 0),
  ADD CONSTRAINT charges_amounts CHECK (charge_nano >= 0 AND lots_nano >= 0 AND paid_nano >= 0 AND debt_nano >= 0),
  ADD CONSTRAINT charges_at CHECK (at = mm_uuid_ms(id)),
  ADD CONSTRAINT charges_rounded_up CHECK (charge_nano = ceil(sum_pico / 1000)),
  ADD CONSTRAINT charges_split CHECK (charge_nano = lots_nano + paid_nano + debt_nano);
ALTER TABLE attempts ADD CONSTRAINT attempts_at CHECK (at = mm_uuid_ms(request_id));
ALTER TABLE wallet_leases
  ADD CONSTRAINT wallet_leases_amount CHECK (amount_nano >= 0),
  ADD CONSTRAINT wallet_leases_held CHECK (held_nano >= 0);
ALTER TABLE holds
  ADD CONSTRAINT holds_amount CHECK (amount_nano > 0),
  ADD CONSTRAINT holds_kind CHECK (kind IN ('task', 'batch')),
  ADD CONSTRAINT holds_state CHECK (state IN ('open', 'settled', 'released'));
ALTER TABLE budget_windows
  ADD CONSTRAINT budget_windows_period CHECK (period IN ('day', 'week', 'month', 'total')),
  ADD CONSTRAINT budget_windows_spent CHECK (spent_nano >= 0),
  ADD CONSTRAINT budget_windows_leased CHECK (leased_nano >= 0);

CREATE INDEX credit_lots_live ON credit_lots (wallet_id, expires_at NULLS LAST, id) WHERE remaining_nano > 0;
CREATE INDEX holds_open ON holds (expires_at) WHERE state = 'open';

-- Payments ---------------------------------------------------------------------------------------------------------

ALTER TABLE orders
  ADD CONSTRAINT orders_kind CHECK (kind IN ('topup', 'auto_topup', 'plan')),
  ADD CONSTRAINT orders_status CHECK (status IN ('created', 'open', 'processing', 'paid', 'failed', 'expired', 'review')),
  ADD CONSTRAINT orders_credit CHECK (credit_nano > 0),
  ADD CONSTRAINT orders_bonus CHECK (bonus_nano >= 0),
  ADD CONSTRAINT orders_fx_rate CHECK (fx_rate > 0),
  ADD CONSTRAINT orders_subtotal CHECK (subtotal_minor > 0),
  ADD CONSTRAINT orders_discount CHECK (discount_minor >= 0),
  ADD CONSTRAINT orders_fee CHECK (fee_minor >= 0),
  ADD CONSTRAINT orders_pay CHECK (pay_minor > 0),
  ADD CONSTRAINT orders_tax CHECK (tax_minor >= 0),
  ADD CONSTRAINT orders_adds_up CHECK (pay_minor = subtotal_minor - discount_minor + fee_minor),
  ADD CONSTRAINT orders_paid_is_credited CHECK ((status = 'paid') = (credited_at IS NOT NULL));
CREATE INDEX orders_due ON orders (next_check_at) WHERE status IN ('created', 'open', 'processing');
CREATE UNIQUE INDEX orders_one_auto ON orders (wallet_id) WHERE kind = 'auto_topup' AND status IN ('created', 'open', 'processing');
ALTER TABLE provider_events ADD CONSTRAINT provider_events_status CHECK (status IN ('received', 'done', 'ignored', 'failed'));
CREATE INDEX provider_events_due ON provider_events (received_at) WHERE status IN ('received', 'failed');
ALTER TABLE payments
  ADD CONSTRAINT payments_amount CHECK (amount_minor > 0),
  ADD CONSTRAINT payments_refunded CHECK (refunded_minor >= 0 AND refunded_minor <= amount_minor);
ALTER TABLE refunds
  ADD CONSTRAINT refunds_source CHECK (source IN ('operator', 'self_service', 'provider')),
  ADD CONSTRAINT refunds_status CHECK (status IN ('requested', 'pending', 'succeeded', 'failed', 'canceled')),
  ADD CONSTRAINT refunds_credit CHECK (credit_nano >= 0),
  ADD CONSTRAINT refunds_amount CHECK (amount_minor > 0);
ALTER TABLE disputes ADD CONSTRAINT disputes_outcome CHECK (outcome IN ('won', 'lost', 'closed'));
ALTER TABLE redeem_batches
  ADD CONSTRAINT redeem_batches_credit CHECK (credit_nano > 0),
  ADD CONSTRAINT redeem_batches_bucket CHECK (bucket IN ('paid', 'lots')),
  ADD CONSTRAINT redeem_batches_max_uses CHECK (max_uses > 0);
ALTER TABLE redeem_codes
  ADD CONSTRAINT redeem_codes_status CHECK (status IN ('active', 'disabled')),
  ADD CONSTRAINT redeem_codes_uses CHECK (uses >= 0 AND uses <= max_uses);
ALTER TABLE coupons
  ADD CONSTRAINT coupons_kind CHECK (kind IN ('topup_discount', 'topup_bonus', 'usage_discount')),
  ADD CONSTRAINT coupons_status CHECK (status IN ('active', 'disabled')),
  ADD CONSTRAINT coupons_uses CHECK (uses >= 0 AND (max_uses IS NULL OR uses <= max_uses));
ALTER TABLE coupon_uses ADD CONSTRAINT coupon_uses_state CHECK (state IN ('reserved', 'used', 'returned'));
ALTER TABLE invoices ADD CONSTRAINT invoices_kind CHECK (kind IN ('invoice', 'credit_note'));
ALTER TABLE referrals ADD CONSTRAINT referrals_state CHECK (state IN ('pending', 'held', 'paid', 'void'));
ALTER TABLE fx_rates ADD CONSTRAINT fx_rates_rate CHECK (rate > 0);
ALTER TABLE recon_diffs ADD CONSTRAINT recon_diffs_state CHECK (state IN ('open', 'explained', 'fixed'));

-- Rows that nobody changes, the owner included ---------------------------------------------------------------------

CREATE FUNCTION mm_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER ledger_tx_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER rate_cards_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rate_cards FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER charges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charges FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER attempts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attempts FOR EACH STATEMENT EXECUTE FUNCTION mm_append_only();
-- A statement trigger fires for the table that the statement names; row triggers are copied to every partition, so
-- that a statement naming a partition is refused too. Old partitions are dropped whole, which no trigger hinders.
CREATE TRIGGER charges_rows_append_only BEFORE UPDATE OR DELETE ON charges FOR EACH ROW EXECUTE FUNCTION mm_append_only();
CREATE TRIGGER attempts_rows_append_only BEFORE UPDATE OR DELETE ON attempts FOR EACH ROW EXECUTE FUNCTION mm_append_only();

-- A published price stays: requests are explained with it for ever. One that has not begun may be withdrawn.
CREATE FUNCTION mm_published() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.effective_from > now() THEN RETURN OLD; END IF;
  ELSIF (NEW.id, NEW.model_id, NEW.effective_from, NEW.doc) IS NOT DISTINCT FROM (OLD.id, OLD.model_id, OLD.effective_from, OLD.doc) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'price version % is published', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER price_versions_published BEFORE UPDATE OR DELETE ON price_versions FOR EACH ROW EXECUTE FUNCTION mm_published();

-- Every ledger transaction sums to zero: checked once a statement, so all its entries are inserted by one.
CREATE FUNCTION mm_tx_balanced() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM new_rows GROUP BY tx_id HAVING sum(amount_nano) <> 0) THEN
    RAISE EXCEPTION 'ledger transaction does not balance' USING ERRCODE = 'check_violation';
  END IF; RETURN NULL; END $$;
CREATE TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mm_tx_balanced();

CREATE VIEW ledger_v AS
  SELECT e.id, t.id AS tx_id, t.kind, t.idempotency_key, t.posted_at, t.occurred_at, t.actor_type, t.actor_id,
         t.ref_type, t.ref_id, t.reverses_id, t.reason, a.code AS account, a.class, a.wallet_id, a.bucket,
         CASE WHEN e.amount_nano > 0 THEN e.amount_nano END AS debit_nano,
         CASE WHEN e.amount_nano < 0 THEN -e.amount_nano END AS credit_nano
    FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id JOIN accounts a ON a.id = e.account_id;

-- Partitions -------------------------------------------------------------------------------------------------------

/* Makes the months from the last one to `ahead` months from now; returns how many tables are new. */
CREATE FUNCTION mm_make_partitions(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE t text; m timestamptz; name text; made int := 0;
BEGIN
  -- Two starts, or a start and the nightly job, must not both find a table missing.
  PERFORM pg_advisory_xact_lock(hashtext('mm_make_partitions'));
  FOREACH t IN ARRAY ARRAY['charges', 'attempts'] LOOP FOR i IN -1..ahead LOOP      -- last month too: clocks, end of month
    m := date_trunc('month', now()) + make_interval(months => i);
    name := t || to_char(m, '_YYYY_MM');
    IF to_regclass(format('public.%I', name)) IS NULL THEN
      EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)', name, t, m, m + interval '1 month');
      EXECUTE format('CREATE TRIGGER append_only BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.mm_append_only()', name);
      -- Reached through the parent alone: the default rights on new tables would let the shop go past the rights on it.
      IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mm_app') THEN
        EXECUTE format('REVOKE ALL ON public.%I FROM mm_app', name);
      END IF;
      made := made + 1;
    END IF;
  END LOOP; END LOOP; RETURN made;
END $$;

-- First rows -------------------------------------------------------------------------------------------------------

INSERT INTO config_rev (id, rev) VALUES (1, 0);
INSERT INTO groups (id, name) VALUES ('00000000-0000-7000-8000-000000000002', 'default');

-- The house: probes and channel tests are its requests. No password, no identity: nobody can sign in as it.
INSERT INTO users (id, email, name, group_id, verified_at)
  VALUES ('00000000-0000-7000-8000-000000000001', 'house', 'House', '00000000-0000-7000-8000-000000000002', now());
INSERT INTO wallets (id, owner_type, owner_id)
  VALUES ('00000000-0000-7000-8000-000000000003', 'user', '00000000-0000-7000-8000-000000000001');

-- Accounts of the shop itself. Those of wallets, payment providers and channels are made when they are first used.
INSERT INTO accounts (code, class) VALUES
  ('bank', 'asset'), ('psp:external:clearing', 'asset'),
  ('refunds:pending', 'liability'), ('tax:payable', 'liability'),
  ('equity:opening', 'equity'),
  ('revenue:usage', 'revenue'), ('revenue:fee', 'revenue'), ('revenue:breakage', 'revenue'),
  ('expense:promo', 'expense'), ('expense:referral', 'expense'), ('expense:goodwill', 'expense'), ('expense:discount', 'expense'),
  ('expense:upstream', 'expense'), ('expense:psp_fee', 'expense'), ('expense:dispute', 'expense'), ('expense:bad_debt', 'expense'), ('expense:fx', 'expense');

SELECT mm_make_partitions(4);
