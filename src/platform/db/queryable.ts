import type { ClientBase } from "pg";

/** A client inside a transaction, or a pool: whatever can run one statement. */
export type Queryable = Pick<ClientBase, "query">;
