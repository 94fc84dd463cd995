import pg from "pg";

/** Tables to which rows are only ever added: the shop's own role may do nothing else there. */
const APPEND_ONLY = ["ledger_entries", "ledger_transactions", "charges", "attempts", "audit_log"] as const;

/** Columns with hashes and sealed secrets, which `mm_read` never sees; the whole table where it lists none. */
const HIDDEN_FROM_READERS: Readonly<Record<string, readonly string[]>> = {
  users: ["password_hash"],
  api_keys: ["hash", "old_hash"],
  management_tokens: ["hash"],
  mail_tokens: ["hash"],
  invites: ["hash"],
  mails: ["sealed"],
  stored_responses: ["sealed"],
  kept_replies: ["sealed"],
  channel_keys: ["sealed"],
  redeem_codes: ["code_hash"],
  coupons: ["code_hash"],
  settings: ["value"],
  idempotent_requests: ["response"],
  provider_events: ["payload"],
};

export type RolePasswords = Readonly<{ mm_migrate?: string; mm_app?: string; mm_read?: string }>;

/**
 * Makes or mends the cluster's roles and the shop's database; embedded PostgreSQL only, as superuser.
 * `mm_migrate` owns everything, `mm_app` is what the shop runs as, `mm_read` is for exports.
 */
export async function ensureEmbeddedRoles(client: pg.Client, passwords: Required<RolePasswords>): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) await ensureLogin(client, role, password);
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'modelmart'");
  if (!rowCount) await client.query("CREATE DATABASE modelmart OWNER mm_migrate TEMPLATE template0");
}

/** The address to run the shop with, and why it is not `mm_app` when it is not. */
export type ShopLogin = Readonly<{ url: string; reduced?: string }>;

/**
 * On an outside PostgreSQL: makes `mm_app` when the user of `ownerUrl` may, and tries to sign in as it.
 * Otherwise the shop runs as the owner, and the triggers alone keep the books append-only.
 *
 * @param password the same on every node of the shop (derived from the master secret)
 */
export async function ensureOutsideRoles(ownerUrl: string, password: string): Promise<ShopLogin> {
  const url = withUser(ownerUrl, "mm_app", password);
  const reduced = await makeOutsideRole(ownerUrl, password) ?? await whyNoLogin(url);
  return reduced === undefined ? { url } : { url: ownerUrl, reduced };
}

/** @returns why there is no `mm_app` of ours; undefined when there is */
async function makeOutsideRole(ownerUrl: string, password: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "modelmart:roles" });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtext('modelmart:roles'))");
    const { rows: [found] } = await client.query<{ may: boolean; mark: string; owner: string | null }>(
      `SELECT me.rolsuper OR me.rolcreaterole AS may, 'modelmart:' || current_database() AS mark,
              (SELECT coalesce(shobj_description(oid, 'pg_authid'), 'somebody else') FROM pg_roles WHERE rolname = 'mm_app') AS owner
         FROM pg_roles me WHERE rolname = current_user`);
    if (!found?.may) return "the user of DATABASE_URL may not create roles";
    // Roles belong to the whole server: another shop's mm_app must not get our password.
    if (found.owner !== null && found.owner !== found.mark) return `the role mm_app belongs to ${found.owner}`;
    await ensureLogin(client, "mm_app", password);
    await client.query(`COMMENT ON ROLE mm_app IS ${client.escapeLiteral(found.mark)}`);
    await client.query("COMMIT");
    return undefined;
  } catch (error) {
    return `the role mm_app could not be made (${(error as { code?: string }).code ?? "unknown"})`;
  } finally {
    await client.end();
  }
}

/**
 * Gives the roles their rights on the database of `ownerUrl`; run by the owner after every migration.
 * Roles that do not exist are passed over.
 */
export async function grantRoles(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "modelmart:roles" });
  await client.connect();
  try {
    await client.query("BEGIN");
    // Nodes that start together must not grant or make partitions at the same time: PostgreSQL answers "tuple
    // concurrently updated".
    await client.query("SELECT pg_advisory_xact_lock(hashtext('modelmart:roles')), pg_advisory_xact_lock(hashtext('mm_make_partitions'))");
    const { rows } = await client.query<{ rolname: string }>("SELECT rolname FROM pg_roles WHERE rolname IN ('mm_app', 'mm_read')");
    const roles = new Set(rows.map(({ rolname }) => rolname));
    await client.query("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    await client.query("REVOKE EXECUTE ON FUNCTION mm_make_partitions(int) FROM PUBLIC");
    if (roles.has("mm_app")) await client.query(appGrants(await schemas(client)));
    if (roles.has("mm_read")) await grantReaders(client);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

const appGrants = (present: readonly string[]): string => `
  ${present.map((schema) => `
  GRANT USAGE ON SCHEMA ${schema} TO mm_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO mm_app;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO mm_app;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO mm_app;`).join("")}
  -- Tables that come later, such as those of the job queue.
  ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO mm_app;
  ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mm_app;
  ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO mm_app;
  ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO mm_app;
  REVOKE UPDATE, DELETE, TRUNCATE ON ${APPEND_ONLY.join(", ")} FROM mm_app;
  REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON _prisma_migrations FROM mm_app;
  -- Partitions are reached through their parent; a right on one of them would go past the parent's.
  DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('charges'::regclass, 'attempts'::regclass) LOOP
      EXECUTE format('REVOKE ALL ON %s FROM mm_app', part);
    END LOOP;
  END $$;`;

async function grantReaders(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
      GROUP BY c.relname`);
  await client.query("GRANT USAGE ON SCHEMA public TO mm_read; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mm_read");
  for (const { table, columns } of rows) {
    const hidden = HIDDEN_FROM_READERS[table] ?? [];
    const shown = columns.filter((column) => !hidden.includes(column)).map((column) => client.escapeIdentifier(column));
    await client.query(`GRANT SELECT (${shown.join(", ")}) ON ${client.escapeIdentifier(table)} TO mm_read`);
  }
}

/** The shop's schemas: ours, and the job queue's once it is made. */
async function schemas(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ nspname: string }>("SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'pgboss')");
  return rows.map(({ nspname }) => nspname);
}

async function ensureLogin(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  const verb = rowCount ? "ALTER" : "CREATE";
  await client.query(`${verb} ROLE ${client.escapeIdentifier(role)} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

/** The same database under another user. */
export function withUser(url: string, user: string, password: string): string {
  const other = new URL(url);
  other.username = user;
  other.password = encodeURIComponent(password);
  return other.href;
}

async function whyNoLogin(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, application_name: "modelmart:roles" });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return `the server does not let mm_app sign in (${(error as { code?: string }).code ?? "unknown"})`;
  } finally {
    await client.end().catch(() => undefined);
  }
}
