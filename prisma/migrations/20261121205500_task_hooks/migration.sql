-- CreateTable
CREATE TABLE "task_hooks" (
    "task_id" UUID NOT NULL,
    "told_state" TEXT NOT NULL DEFAULT 'queued',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "task_hooks_pkey" PRIMARY KEY ("task_id")
);

-- CreateIndex
CREATE INDEX "task_hooks_next_try_at_idx" ON "task_hooks"("next_try_at");

-- AddForeignKey
ALTER TABLE "task_hooks" ADD CONSTRAINT "task_hooks_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
