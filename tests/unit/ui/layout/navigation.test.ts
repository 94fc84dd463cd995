import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { permissionsOfRole, STAFF_ROLES } from "#accounts/permissions.ts";
import { press, SEQUENCE_MS, type Sequence } from "#ui/layout/key-sequence.ts";
import { ADMIN_NAV, adminNavFor, adminPermissionFor, CONSOLE_NAV, isCurrent, type NavEntry } from "#ui/layout/navigation.ts";

const admin: readonly NavEntry[] = ADMIN_NAV.flatMap(({ entries }): readonly NavEntry[] => entries);
const hrefsFor = (role: (typeof STAFF_ROLES)[number]) => adminNavFor(permissionsOfRole(role)).flatMap(({ entries }) => entries).map(({ href }) => href);

test("every promised address is in the navigation", () => {
  expect(CONSOLE_NAV.map(({ href }) => href).sort()).toEqual(["", "/keys", "/models", "/playground", "/requests", "/settings", "/tasks", "/usage", "/wallet"].map((rest) => `/console${rest}`));
  const places = ["approvals", "audit", "channels", "codes", "groups", "health", "incidents", "ledger", "models", "orders", "prices", "requests", "settings", "staff", "tasks", "users"];
  expect(admin.map(({ href }) => href).sort()).toEqual(["/admin", ...places.map((rest) => `/admin/${rest}`)]);
});

test("each entry has its text in both languages", () => {
  for (const locale of ["en", "zh"]) {
    const nav = JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../../../src/ui/messages/${locale}/nav.json`), "utf8")) as Record<"console" | "admin", Record<string, string>>;
    for (const { key } of CONSOLE_NAV) expect(nav.console[key], `${locale} ${key}`).toBeTruthy();
    for (const { key } of admin) expect(nav.admin[key], `${locale} ${key}`).toBeTruthy();
  }
});

test("staff see what their role may open, and nothing else", () => {
  expect(hrefsFor("owner")).toHaveLength(17);
  expect(hrefsFor("support")).toEqual(["/admin", "/admin/users", "/admin/groups", "/admin/channels", "/admin/models", "/admin/prices", "/admin/tasks", "/admin/approvals", "/admin/requests", "/admin/health", "/admin/incidents"]);
  expect(hrefsFor("finance")).not.toContain("/admin/channels");
  expect(hrefsFor("finance")).toContain("/admin/ledger");
});

test("a page asks for what its entry asks for, also further down", () => {
  expect(adminPermissionFor("/admin")).toBeUndefined();
  expect(adminPermissionFor("/admin/channels/7")).toBe("channels:read");
  expect(adminPermissionFor("/admin/channelsx")).toBeUndefined();
  expect(adminPermissionFor("/admin/channels/new")).toBe("channels:write");
  expect(adminPermissionFor("/admin/users/7")).toBe("users:read");
  expect(adminPermissionFor("/admin/users/7/audit")).toBe("audit:read");
  expect([adminPermissionFor("/admin/settings"), adminPermissionFor("/admin/settings/payments"), adminPermissionFor("/admin/settings/shop")]).toEqual(["settings:read", "settings:read", "settings:write"]);
});

test("an entry is current on its own pages; the first one only on itself", () => {
  expect(isCurrent("/console", "/console/keys")).toBe(false);
  expect(isCurrent("/console/keys", "/console/keys/new")).toBe(true);
  expect(isCurrent("/admin", "/admin")).toBe(true);
});

test.each([["console", CONSOLE_NAV], ["admin", admin]] as const)("the letters of %s lead to one address each", (_, entries) => {
  const letters = (entries as readonly NavEntry[]).map(({ letter }) => letter);
  expect(new Set(letters).size).toBe(letters.length);
});

test("g and a letter lead to an address, in time and only in this order", () => {
  const letters = new Map([["k", "/console/keys"], ["g", "/admin/groups"]]);
  const after = (keys: readonly (readonly [key: string, at: number])[]) =>
    keys.reduce<{ next: Sequence; go?: string }>(({ next }, [key, at]) => press(next, key, at, letters), { next: undefined });
  expect(after([["g", 0], ["k", 100]]).go).toBe("/console/keys");
  expect(after([["g", 0], ["G", 100]]).go).toBe("/admin/groups");
  expect(after([["k", 0]]).go).toBeUndefined();
  expect(after([["g", 0], ["x", 10], ["k", 20]]).go).toBeUndefined();
  expect(after([["g", 0], ["k", SEQUENCE_MS]]).go).toBeUndefined();
});
