-- CreateTable
CREATE TABLE "legal_versions" (
    "page" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "texts" JSONB,
    "published_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "effective_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "legal_versions_pkey" PRIMARY KEY ("page","version")
);

-- CreateTable
CREATE TABLE "legal_acceptances" (
    "user_id" UUID NOT NULL,
    "page" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "legal_acceptances_pkey" PRIMARY KEY ("user_id","page","version")
);

-- CreateTable
CREATE TABLE "incidents" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "title" JSONB NOT NULL,
    "models" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident_updates" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "stage" TEXT NOT NULL,
    "text" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "edited_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_updates_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "incidents_started_at_id_idx" ON "incidents"("started_at", "id");

-- CreateIndex
CREATE INDEX "incident_updates_incident_id_at_idx" ON "incident_updates"("incident_id", "at");

-- AddForeignKey
ALTER TABLE "legal_acceptances" ADD CONSTRAINT "legal_acceptances_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legal_acceptances" ADD CONSTRAINT "legal_acceptances_page_version_fkey" FOREIGN KEY ("page", "version") REFERENCES "legal_versions"("page", "version") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_updates" ADD CONSTRAINT "incident_updates_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE legal_versions
  ADD CONSTRAINT legal_versions_number CHECK (version > 0),
  ADD CONSTRAINT legal_versions_order CHECK (effective_at >= published_at);

ALTER TABLE incidents
  ADD CONSTRAINT incidents_kind CHECK (kind IN ('degraded', 'outage', 'maintenance')),
  ADD CONSTRAINT incidents_ended CHECK (resolved_at IS NULL OR resolved_at >= started_at);

ALTER TABLE incident_updates
  ADD CONSTRAINT incident_updates_stage CHECK (stage IN ('investigating', 'identified', 'monitoring', 'planned', 'underway', 'resolved'));

-- What was published cannot be unpublished or reworded: people have agreed to it.
CREATE FUNCTION legal_versions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version of a legal page stays as it is';
END $$;
CREATE TRIGGER legal_versions_stay BEFORE UPDATE OR DELETE ON legal_versions FOR EACH ROW EXECUTE FUNCTION legal_versions_stay();

-- Texts that were published before there were versions become the first.
INSERT INTO legal_versions (page, version, texts, published_at, effective_at)
SELECT substr(key, 7), 1, value, updated_at, updated_at FROM settings WHERE key IN ('legal.terms', 'legal.privacy', 'legal.refunds');
