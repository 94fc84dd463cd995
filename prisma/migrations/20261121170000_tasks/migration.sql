-- Work that outlives a request, and what its durable holds take of spending limits.

-- CreateTable
CREATE TABLE "tasks" (
    "id" UUID NOT NULL,
    "public_id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "wallet_id" UUID NOT NULL,
    "key_id" UUID,
    "model_id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "protocol" TEXT,
    "channel_id" UUID,
    "credential" UUID,
    "upstream_model" TEXT,
    "upstream_id" TEXT,
    "state" TEXT NOT NULL,
    "progress" SMALLINT NOT NULL DEFAULT 0,
    "sealed" BYTEA,
    "card" TEXT NOT NULL,
    "cost_card" TEXT,
    "record" TEXT NOT NULL,
    "hold_nano" BIGINT NOT NULL DEFAULT 0,
    "charge_nano" BIGINT,
    "error_code" TEXT,
    "error_message" TEXT,
    "flagged" BOOLEAN NOT NULL DEFAULT false,
    "polls" INTEGER NOT NULL DEFAULT 0,
    "faults" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "submitted_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "next_poll_at" TIMESTAMPTZ(3),
    "claimed_until" TIMESTAMPTZ(3),
    "deadline_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_events" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "task_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL,
    "note" TEXT,

    CONSTRAINT "task_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hold_budgets" (
    "hold_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(6) NOT NULL,
    "amount_nano" BIGINT NOT NULL,

    CONSTRAINT "hold_budgets_pkey" PRIMARY KEY ("hold_id","scope","period","starts_at")
);

-- CreateIndex
CREATE UNIQUE INDEX "tasks_public_id_key" ON "tasks"("public_id");

-- CreateIndex
CREATE INDEX "tasks_user_id_created_at_idx" ON "tasks"("user_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "tasks_channel_id_upstream_id_idx" ON "tasks"("channel_id", "upstream_id");

-- CreateIndex
CREATE INDEX "tasks_created_at_idx" ON "tasks"("created_at" DESC);

-- CreateIndex
CREATE INDEX "task_events_task_id_id_idx" ON "task_events"("task_id", "id");

-- AddForeignKey
ALTER TABLE "task_events" ADD CONSTRAINT "task_events_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "hold_budgets" ADD CONSTRAINT "hold_budgets_hold_id_fkey" FOREIGN KEY ("hold_id") REFERENCES "holds"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- From here on written by hand.

ALTER TABLE tasks
  ADD CONSTRAINT tasks_state CHECK (state IN ('queued', 'submitted', 'submitted_unknown', 'running', 'succeeded', 'failed', 'cancelled', 'expired')),
  ADD CONSTRAINT tasks_progress CHECK (progress BETWEEN 0 AND 100),
  ADD CONSTRAINT tasks_hold CHECK (hold_nano >= 0),
  ADD CONSTRAINT tasks_charge CHECK (charge_nano >= 0),
  -- What has ended says when, and costs something or nothing.
  ADD CONSTRAINT tasks_ended CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'expired')) = (finished_at IS NOT NULL AND charge_nano IS NOT NULL)),
  ADD CONSTRAINT tasks_sealed_size CHECK (octet_length(sealed) <= 4194304);
ALTER TABLE hold_budgets
  ADD CONSTRAINT hold_budgets_amount CHECK (amount_nano > 0),
  ADD CONSTRAINT hold_budgets_period CHECK (period IN ('day', 'week', 'month', 'total'));

-- The few that are under way are looked for every other second.
CREATE INDEX tasks_due ON tasks (next_poll_at) WHERE state IN ('queued', 'submitted', 'submitted_unknown', 'running');

-- An end is an end, whoever writes.
CREATE FUNCTION mm_task_ended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.state IN ('succeeded', 'failed', 'cancelled', 'expired') AND (NEW.state, NEW.charge_nano) IS DISTINCT FROM (OLD.state, OLD.charge_nano) THEN
    RAISE EXCEPTION 'task % has ended as %', OLD.id, OLD.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tasks_ended BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION mm_task_ended();
