-- Accounts of strangers: preferences, mail that must not be lost, one-time links, gifts given once, invitations.

ALTER TABLE "users"
  ADD COLUMN "theme" TEXT NOT NULL DEFAULT 'system',
  ADD COLUMN "density" TEXT NOT NULL DEFAULT 'comfortable',
  ADD COLUMN "terms_at" TIMESTAMPTZ(3),
  ADD COLUMN "closing_at" TIMESTAMPTZ(3),
  ADD COLUMN "closed_at" TIMESTAMPTZ(3);

-- When the password was last given in this session; heavy acts ask for it again.
ALTER TABLE "sessions" ADD COLUMN "renewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

CREATE TABLE "mail_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "email" TEXT NOT NULL,
    "change_id" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mail_tokens_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "mail_tokens_hash_key" ON "mail_tokens"("hash");
CREATE INDEX "mail_tokens_user_id_kind_idx" ON "mail_tokens"("user_id", "kind");
CREATE INDEX "mail_tokens_change_id_idx" ON "mail_tokens"("change_id");

CREATE TABLE "mails" (
    "id" UUID NOT NULL,
    "to_address" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "sealed" BYTEA,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mails_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "mails_sent_at_next_try_at_idx" ON "mails"("sent_at", "next_try_at");

CREATE TABLE "sign_up_gifts" (
    "user_id" UUID NOT NULL,
    "mail_key" BYTEA NOT NULL,
    "network" TEXT,
    "day" DATE NOT NULL,
    "given_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_up_gifts_pkey" PRIMARY KEY ("user_id")
);
CREATE UNIQUE INDEX "sign_up_gifts_mail_key_key" ON "sign_up_gifts"("mail_key");
CREATE UNIQUE INDEX "sign_up_gifts_network_day_key" ON "sign_up_gifts"("network", "day");

CREATE TABLE "invites" (
    "id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "email" TEXT,
    "role" TEXT NOT NULL DEFAULT 'customer',
    "created_by" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "invites_hash_key" ON "invites"("hash");

ALTER TABLE "mail_tokens" ADD CONSTRAINT "mail_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand: what Prisma cannot say.
ALTER TABLE users
  ADD CONSTRAINT users_theme CHECK (theme IN ('system', 'light', 'dark')),
  ADD CONSTRAINT users_density CHECK (density IN ('comfortable', 'compact'));
ALTER TABLE mail_tokens ADD CONSTRAINT mail_tokens_kind CHECK (kind IN ('verify', 'reset', 'change_old', 'change_new', 'undo_change'));
ALTER TABLE invites ADD CONSTRAINT invites_role CHECK (role IN ('customer', 'support', 'finance', 'operator', 'owner'));
ALTER TABLE management_tokens
  DROP CONSTRAINT management_tokens_status,
  ADD CONSTRAINT management_tokens_status CHECK (status IN ('active', 'disabled', 'revoked'));

-- Every node keeps sessions in memory for a few seconds; whoever changes one, or the person behind it, tells them.
CREATE FUNCTION mm_session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER sessions_changed AFTER UPDATE ON sessions FOR EACH ROW
  WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at OR OLD.renewed_at IS DISTINCT FROM NEW.renewed_at) EXECUTE FUNCTION mm_session_changed();
CREATE TRIGGER users_session_changed AFTER UPDATE ON users FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION mm_session_changed();
