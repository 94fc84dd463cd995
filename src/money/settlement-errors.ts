/** What to do after a batch has failed. */
export type FailureKind =
  /** Another transaction was in the way: at once again. */
  | "conflict"
  /** The database was away; the commit may have happened. */
  | "away"
  /** A request of the batch is charged already. */
  | "duplicate"
  /** A month has no partition. */
  | "no-partition"
  /** The database refuses something in it. */
  | "refused";

/** SQLSTATE classes in which nothing is wrong with the data: connection, resources, operator, system, internal pool. */
const AWAY = /^(08|53|57|58|XX)/;

/** Serialisation, deadlock, a lock that is not there; a prepared statement that the server behind a proxy does not know: the next connection prepares its own. */
const CONFLICT = new Set(["40001", "40P01", "55P03", "26000"]);

/** Reads an error of pg, or of the socket below it. */
export function failureKind(error: unknown): FailureKind {
  const { code, message = "", name } = (error ?? {}) as { code?: string; message?: string; name?: string };
  if (name === "UnknownWallet" || name === "UnwritableValue") return "refused";
  if (code !== undefined && CONFLICT.has(code)) return "conflict";
  if (code === "23505") return "duplicate";
  if (code === "23514" && /no partition/.test(message)) return "no-partition";
  // 25: transaction state after a lost begin or a failover to a standby. Anything without SQLSTATE comes from the socket.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || AWAY.test(code) || code.startsWith("25")) return "away";
  return "refused";
}
