/** Who may do what in the shop. Customers hold none of these: what is theirs is decided by ownership. */
export const ROLES = ["customer", "support", "finance", "operator", "owner"] as const;
export type Role = (typeof ROLES)[number];
export const STAFF_ROLES = ["support", "finance", "operator", "owner"] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const PERMISSIONS = [
  "users:read", "users:disable", "requests:read", "keys:revoke",
  "wallet:adjust", "ledger:read", "costs:read",
  "codes:read", "codes:write", "codes:redeem",
  "channels:read", "channels:write", "channels:test",
  "catalog:read", "catalog:write", "settings:read", "settings:write",
  "staff:write", "audit:read", "backup:run",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const all: ReadonlySet<Permission> = new Set(PERMISSIONS);
const without = (...taken: Permission[]): ReadonlySet<Permission> => new Set(PERMISSIONS.filter((name) => !taken.includes(name)));

/** People. Nobody but the shop owner makes staff or back-ups; support sees health of channels, not their money. */
const OF_PEOPLE: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  customer: new Set(),
  support: new Set<Permission>(["users:read", "users:disable", "requests:read", "keys:revoke", "channels:read", "catalog:read"]),
  finance: new Set<Permission>([
    "users:read", "requests:read", "wallet:adjust", "ledger:read", "costs:read", "codes:read", "codes:write", "catalog:read", "settings:read",
  ]),
  operator: without("wallet:adjust", "staff:write", "backup:run"),
  owner: all,
};

/**
 * Management tokens: an operator's also adjusts and reads the ledger, because no second person can be asked of a
 * script; finance makes the calls about money and reads all; support reads users and requests.
 */
const OF_TOKENS: Readonly<Record<StaffRole, ReadonlySet<Permission>>> = {
  support: new Set<Permission>(["users:read", "requests:read"]),
  finance: new Set<Permission>([
    "users:read", "requests:read", "wallet:adjust", "ledger:read", "costs:read", "codes:read", "codes:write", "codes:redeem",
    "channels:read", "catalog:read", "settings:read", "audit:read",
  ]),
  operator: all,
  owner: all,
};

export const permissionsOfRole = (role: Role): ReadonlySet<Permission> => OF_PEOPLE[role];
export const permissionsOfToken = (role: StaffRole): ReadonlySet<Permission> => OF_TOKENS[role];
export const isStaff = (role: Role): role is StaffRole => role !== "customer";
