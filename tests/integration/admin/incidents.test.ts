import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { shownIncidents } from "#reports/incidents.store.ts";
import { errorOf, openAdminShop, type AdminShop } from "./shop.ts";

const MISSING = "01890000-0000-7000-8000-000000000000";
const LONG_AGO = new Date(0);
let admin: AdminShop;

beforeAll(async () => {
  admin = await openAdminShop();
});
afterAll(() => admin.drop());

const incidents = async () => (await admin.as("operator")).admin.incidents;
const shown = () => shownIncidents(admin.pool, LONG_AGO, 50);
const slow = () => ({ kind: "degraded" as const, title: { en: "Slow answers", zh: "响应变慢" }, models: [], startedAt: new Date("2026-11-21T12:00:00Z"), stage: "investigating" as const, text: { en: "We look into it." } });
const acts = async (id: string) => (await admin.pool.query<{ action: string }>("SELECT action FROM audit_log WHERE target_type = 'incident' AND target_id = $1 ORDER BY seq", [id])).rows.map(({ action }) => action);

test("E-31: an incident is written, continued, reworded, changed and resolved; every act is in the audit log", async () => {
  const desk = await incidents();
  const { id } = await desk.create(slow());
  await desk.addUpdate({ id, stage: "identified", text: { en: "A line to the vendor is congested.", zh: "一条线路拥塞。" } });
  const first = (await desk.get({ id })).updates.at(-1)!;
  await desk.editUpdate({ id, updateId: first.id, text: { en: "We are looking into it." } });
  const now = await desk.get({ id });
  await desk.update({ id, seen: now.updatedAt, kind: "outage", title: { en: "No answers" }, models: [], startedAt: now.startedAt });
  await desk.addUpdate({ id, stage: "resolved", text: { en: "Mended." } });

  const [told] = await shown();
  expect(told).toMatchObject({ id, kind: "outage", title: { en: "No answers" }, startedAt: now.startedAt });
  expect(told!.resolvedAt).not.toBeNull();
  expect(told!.updates.map(({ stage, text, editedAt }) => [stage, text.en, editedAt !== null])).toEqual([
    ["resolved", "Mended.", false], ["identified", "A line to the vendor is congested.", false], ["investigating", "We are looking into it.", true],
  ]);
  // It came back: what is said next opens it again.
  await desk.addUpdate({ id, stage: "investigating", text: { en: "It is back." } });
  expect((await desk.get({ id })).resolvedAt).toBeNull();
  expect(await acts(id)).toEqual(["incident.create", "incident.say", "incident.reword", "incident.update", "incident.resolve", "incident.say"]);

  await desk.remove({ id });
  expect([await shown(), await errorOf(desk.get({ id }))]).toEqual([[], "NOT_FOUND"]);
  expect((await acts(id)).at(-1)).toBe("incident.delete");
  expect((await verifyAudit(admin.pool, admin.context.keys.auditKey)).brokenAt).toBeUndefined();
});

test("what cannot be is refused: no words, a stage of another kind, an end before the beginning, a text of another incident", async () => {
  const desk = await incidents();
  expect(await errorOf(desk.create({ ...slow(), title: {} }))).toBe("BAD_REQUEST");
  expect(await errorOf(desk.create({ ...slow(), text: { en: "  ", zh: "" } }))).toBe("BAD_REQUEST");
  expect(await errorOf(desk.create({ ...slow(), stage: "planned" }))).toBe("BAD_REQUEST stage");
  const { id } = await desk.create(slow());
  expect(await errorOf(desk.addUpdate({ id, stage: "underway", text: { en: "x" } }))).toBe("BAD_REQUEST stage");
  expect(await errorOf(desk.addUpdate({ id: MISSING, stage: "resolved", text: { en: "x" } }))).toBe("NOT_FOUND");
  expect(await errorOf(desk.editUpdate({ id, updateId: MISSING, text: { en: "x" } }))).toBe("NOT_FOUND");
  const { updatedAt, kind, title } = await desk.get({ id });
  expect(await errorOf(desk.update({ id, seen: updatedAt, kind: "maintenance", title, models: [], startedAt: new Date() }))).toBe("BAD_REQUEST stage");
  await desk.addUpdate({ id, stage: "resolved", text: { en: "Mended." } });
  const ended = await desk.get({ id });
  expect(await errorOf(desk.update({ id, seen: ended.updatedAt, kind, title, models: [], startedAt: new Date(Date.now() + 3_600_000) }))).toBe("BAD_REQUEST order");
  await desk.remove({ id });
});

test("E-12: the second of two who changed the same incident is told so, and nothing is lost", async () => {
  const desk = await incidents();
  const { id } = await desk.create(slow());
  const { updatedAt: seen, kind, startedAt } = await desk.get({ id });
  await desk.update({ id, seen, kind, models: [], startedAt, title: { en: "First" } });
  expect(await errorOf(desk.update({ id, seen, kind, models: [], startedAt, title: { en: "Second" } }))).toBe("CONFLICT changed");
  expect((await desk.get({ id })).title).toEqual({ en: "First" });
  await desk.remove({ id });
});

test("the list pages without a gap, newest first; support reads and does not write", async () => {
  const desk = await incidents();
  const made: string[] = [];
  for (let i = 0; i < 27; i += 1) made.push((await desk.create({ ...slow(), startedAt: new Date(Date.parse("2026-11-01T00:00:00Z") + i * 60_000) })).id);
  const support = (await admin.as("support")).admin.incidents;
  const first = await support.list({});
  const second = await support.list({ cursor: first.next });
  expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(made.toReversed());
  expect([first.rows.length, second.next]).toEqual([25, null]);
  expect(await errorOf(support.create(slow()))).toBe("FORBIDDEN");
  expect(await errorOf(support.remove({ id: made[0]! }))).toBe("FORBIDDEN");
});

test("maintenance that is called off before it begins ends without an end before its beginning", async () => {
  const desk = await incidents();
  const startedAt = new Date(Date.now() + 86_400_000);
  const { id } = await desk.create({ ...slow(), kind: "maintenance", startedAt, stage: "planned" });
  await desk.addUpdate({ id, stage: "resolved", text: { en: "Called off." } });
  expect((await desk.get({ id })).resolvedAt).toEqual(startedAt);
});
