/** Who may do what in the shop. Customers hold none of these: what is theirs is decided by ownership. */
export const ROLES = ["customer", "support", "finance", "operator", "owner"] as const;
export type Role = (typeof ROLES)[number];
export const STAFF_ROLES = ["support", "finance", "operator", "owner"] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const PERMISSIONS = [
  "dashboard:read",
  "users:read", "users:write", "users:disable", "users:mail",
  "requests:read", "keys:revoke",
  /** One customer's wallet with its orders and ledger lines. */
  "wallet:read", "wallet:adjust",
  /** Asking a second person for an adjustment or refund; deciding what others ask. */
  "approvals:request", "approvals:decide",
  /** Sums and the state of the invariants; `ledger:read` shows every account and transaction. */
  "ledger:totals", "ledger:read",
  "costs:read",
  "orders:read", "orders:write", "refunds:write",
  "codes:read", "codes:write", "codes:disable", "codes:redeem",
  "channels:read", "channels:write", "channels:test",
  "catalog:read", "catalog:write", "groups:read", "groups:write",
  "settings:read", "settings:write", "settings:payments",
  "staff:read", "staff:write", "audit:read", "health:read", "backup:run",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * What customers may do with what is their own. Every customer may; `VERIFIED_ONLY` needs a confirmed address where
 * the shop asks for one, and organisations will take some away from members.
 */
export const CONSOLE_PERMISSIONS = [
  "profile:read", "profile:write", "sessions:read", "sessions:write", "data:read", "data:write",
  "keys:read", "keys:write", "usage:read", "requests:read", "models:read",
  "wallet:read", "wallet:write", "orders:read", "orders:write", "playground:use",
] as const;
export type ConsolePermission = (typeof CONSOLE_PERMISSIONS)[number];

/** Where mail must be confirmed, nobody gets credit, a key or the playground before. */
export const VERIFIED_ONLY: ReadonlySet<ConsolePermission> = new Set<ConsolePermission>(["keys:write", "wallet:write", "orders:write", "playground:use"]);

const all: ReadonlySet<Permission> = new Set(PERMISSIONS);
const only = (...names: Permission[]): ReadonlySet<Permission> => new Set(names);

/** People. Nobody but the shop owner makes staff or back-ups; support sees health of channels, not their money. */
const OF_PEOPLE: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  customer: only(),
  support: only(
    "dashboard:read", "users:read", "users:disable", "users:mail", "requests:read", "keys:revoke", "wallet:read",
    "approvals:request", "channels:read", "catalog:read", "groups:read", "health:read",
  ),
  finance: only(
    "dashboard:read", "users:read", "requests:read", "wallet:read", "wallet:adjust", "approvals:request", "approvals:decide", "ledger:totals", "ledger:read", "costs:read",
    "orders:read", "orders:write", "refunds:write", "codes:read", "codes:write", "codes:disable", "catalog:read", "groups:read",
    "settings:read", "health:read",
  ),
  operator: only(
    "dashboard:read", "users:read", "users:write", "users:disable", "users:mail", "requests:read", "keys:revoke", "wallet:read",
    "ledger:totals", "costs:read", "codes:read", "codes:write", "codes:disable", "codes:redeem",
    "channels:read", "channels:write", "channels:test", "catalog:read", "catalog:write", "groups:read", "groups:write",
    "settings:read", "settings:write", "audit:read", "health:read",
  ),
  owner: all,
};

/**
 * Management tokens: an operator's also adjusts and reads the ledger, because no second person can be asked of a
 * script; finance makes the calls about money and reads all; support reads users and requests.
 */
const OF_TOKENS: Readonly<Record<StaffRole, ReadonlySet<Permission>>> = {
  support: only("users:read", "requests:read"),
  finance: only(
    "dashboard:read", "users:read", "requests:read", "wallet:read", "wallet:adjust", "ledger:totals", "ledger:read", "costs:read",
    "orders:read", "orders:write", "refunds:write", "codes:read", "codes:write", "codes:disable", "codes:redeem",
    "channels:read", "catalog:read", "groups:read", "settings:read", "staff:read", "audit:read", "health:read",
  ),
  operator: all,
  owner: all,
};

export const permissionsOfRole = (role: Role): ReadonlySet<Permission> => OF_PEOPLE[role];
export const permissionsOfToken = (role: StaffRole): ReadonlySet<Permission> => OF_TOKENS[role];
export const isStaff = (role: Role): role is StaffRole => role !== "customer";
