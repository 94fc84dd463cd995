import { PrismaPg } from "@prisma/adapter-pg";
import { DB_CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";
import { PrismaClient } from "./generated/client.ts";
import { SESSION_OPTIONS } from "./pool.ts";

export type { PrismaClient };

/** Prisma over its own pool of connections; for the web half, never for the relay. End it with `$disconnect()`. */
export function createPrisma(url: string, { name, max }: Readonly<{ name: string; max: number }>): PrismaClient {
  const adapter = new PrismaPg({
    connectionString: url,
    max,
    application_name: `modelmart:${name}`,
    options: SESSION_OPTIONS,
    statement_timeout: STATEMENT_TIMEOUT_MS.app,
    connectionTimeoutMillis: DB_CONNECT_TIMEOUT_MS,
  });
  return new PrismaClient({ adapter });
}
