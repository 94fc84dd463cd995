import type { Permission } from "#accounts/permissions.ts";

/** `key` names the text (`nav.console.…`, `nav.admin.…`) and the icon; `letter` follows `g` on the keyboard. */
export type NavEntry<K extends string = string> = Readonly<{ key: K; href: string; letter?: string; permission?: Permission }>;

export const CONSOLE_NAV = [
  { key: "overview", href: "/console", letter: "o" },
  { key: "keys", href: "/console/keys", letter: "k" },
  { key: "playground", href: "/console/playground", letter: "p" },
  { key: "usage", href: "/console/usage", letter: "u" },
  { key: "requests", href: "/console/requests", letter: "r" },
  { key: "tasks", href: "/console/tasks", letter: "t" },
  { key: "wallet", href: "/console/wallet", letter: "w" },
  { key: "models", href: "/console/models", letter: "m" },
  { key: "settings", href: "/console/settings", letter: "s" },
] as const satisfies readonly NavEntry[];

/** The four that stand in the bar at the bottom of a phone; the rest is behind "More". */
export const CONSOLE_BAR = ["overview", "keys", "playground", "wallet"] as const;

export const ADMIN_NAV = [
  { group: undefined, entries: [{ key: "dashboard", href: "/admin", letter: "d" }] },
  {
    group: "sell",
    entries: [
      { key: "users", href: "/admin/users", letter: "u", permission: "users:read" },
      { key: "groups", href: "/admin/groups", letter: "g", permission: "catalog:read" },
      { key: "orders", href: "/admin/orders", letter: "o", permission: "orders:read" },
      { key: "codes", href: "/admin/codes", letter: "k", permission: "codes:read" },
    ],
  },
  {
    group: "supply",
    entries: [
      { key: "channels", href: "/admin/channels", letter: "c", permission: "channels:read" },
      { key: "models", href: "/admin/models", letter: "m", permission: "catalog:read" },
      { key: "prices", href: "/admin/prices", letter: "p", permission: "catalog:read" },
      { key: "tasks", href: "/admin/tasks", letter: "t", permission: "requests:read" },
    ],
  },
  {
    group: "money",
    entries: [
      { key: "ledger", href: "/admin/ledger", letter: "l", permission: "ledger:totals" },
      { key: "approvals", href: "/admin/approvals", letter: "v", permission: "approvals:request" },
    ],
  },
  {
    group: "watch",
    entries: [
      { key: "requests", href: "/admin/requests", letter: "r", permission: "requests:read" },
      { key: "audit", href: "/admin/audit", letter: "a", permission: "audit:read" },
      { key: "staff", href: "/admin/staff", permission: "staff:read" },
      { key: "health", href: "/admin/health", letter: "h", permission: "health:read" },
      { key: "incidents", href: "/admin/incidents", letter: "i", permission: "health:read" },
    ],
  },
  { group: undefined, entries: [{ key: "settings", href: "/admin/settings", letter: "s", permission: "settings:read" }] },
] as const satisfies readonly Readonly<{ group: string | undefined; entries: readonly NavEntry[] }>[];

export type AdminGroup = Readonly<{ group: (typeof ADMIN_NAV)[number]["group"]; entries: readonly NavEntry<AdminKey>[] }>;
export type AdminKey = (typeof ADMIN_NAV)[number]["entries"][number]["key"];
export type ConsoleKey = (typeof CONSOLE_NAV)[number]["key"];

/** What this person may open; groups of which nothing is left go. */
export function adminNavFor(permissions: ReadonlySet<Permission>): readonly AdminGroup[] {
  const groups: readonly AdminGroup[] = ADMIN_NAV;
  return groups
    .map(({ group, entries }) => ({ group, entries: entries.filter(({ permission }) => permission === undefined || permissions.has(permission)) }))
    .filter(({ entries }) => entries.length > 0);
}

/** Is this entry the one that `path` belongs to? The first page of an area is only itself. */
export const isCurrent = (href: string, path: string): boolean =>
  href === "/console" || href === "/admin" ? path === href : path === href || path.startsWith(`${href}/`);

/** Pages without an entry of their own that ask for more than the entry they stand under. */
const DEEPER: readonly Readonly<{ pages: RegExp; permission: Permission }>[] = [
  { pages: /^\/admin\/ledger\/(transactions|accounts)(\/|$)/, permission: "ledger:read" },
  { pages: /^\/admin\/(disputes|refunds)(\/|$)/, permission: "orders:read" },
  { pages: /^\/admin\/channels\/new\/?$/, permission: "channels:write" },
  { pages: /^\/admin\/users\/[^/]+\/wallet\/?$/, permission: "wallet:read" },
  { pages: /^\/admin\/users\/[^/]+\/requests\/?$/, permission: "requests:read" },
  { pages: /^\/admin\/users\/[^/]+\/audit\/?$/, permission: "audit:read" },
  // What one person may do alone is set by whoever makes staff.
  { pages: /^\/admin\/settings\/approvals\/?$/, permission: "staff:write" },
  // How customers pay is for finance to see, too; the other areas are for those who run the shop.
  { pages: /^\/admin\/settings\/(?!payments\/?$)[^/]+\/?$/, permission: "settings:write" },
];

/** What the page at this address asks for, by the entry that it belongs to. */
export function adminPermissionFor(path: string): Permission | undefined {
  const deeper = DEEPER.find(({ pages }) => pages.test(path));
  if (deeper) return deeper.permission;
  const entries: readonly NavEntry[] = ADMIN_NAV.flatMap(({ entries: some }): readonly NavEntry[] => some);
  return entries.find(({ href }) => isCurrent(href, path))?.permission;
}
