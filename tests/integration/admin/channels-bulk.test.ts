import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOf } from "#trpc/root.ts";
import type { Supply } from "#trpc/supply.ts";
import { addCharge } from "../../support/charge.ts";
import { errorOf, openAdminShop, sessionOf, type AdminShop } from "./shop.ts";

/** Many channels changed as one act, undone as one, a channel made after another, and channels of clouds. */

let admin: AdminShop;
let operator: ReturnType<typeof callerOf>["admin"];

beforeAll(async () => {
  admin = await openAdminShop();
  await admin.as("operator");
  const email = "operator@staff.example.com";
  const supply: Supply = {
    auditKey: admin.context.keys.auditKey, sealer: admin.context.sealer, fingerprint: (secret) => createHash("sha256").update(secret).digest("hex"), nowMs: Date.now,
    tests: { test: () => Promise.resolve(undefined), models: () => Promise.resolve(undefined) } as Supply["tests"],
  };
  operator = callerOf({ ...admin.context, supply, user: sessionOf("operator", await admin.userId(email), email) }).admin;
});
afterAll(() => admin.drop());

const all = async () => (await operator.channels.list()).map(({ id, updatedAt, name, status, priority, weight, groups, pausedUntil }) => ({ id, seen: updatedAt, name, status, priority, weight, pausedUntil, groups: groups.map((group) => group.name).sort() }));
const facts = async () => (await all()).map(({ id: _, seen: __, pausedUntil, ...rest }) => ({ ...rest, rests: pausedUntil !== null }));
const lastActs = async (count: number): Promise<string[]> =>
  (await admin.pool.query<{ action: string }>("SELECT action FROM audit_log ORDER BY seq DESC LIMIT $1", [count])).rows.map(({ action }) => action).sort();

test("several fields of several channels change together, are written down each, and what comes back undoes them", async () => {
  const first = (await all())[0]!;
  await operator.channels.duplicate({ id: first.id });
  const before = await facts();
  const groups = await operator.groups.list();
  const patch = { enabled: false, priority: 7, weight: 3, groupIds: [groups[0]!.id] };
  const { edited } = await operator.channels.editMany({ edits: (await all()).map(({ id, seen }) => ({ id, seen, patch })) });
  expect((await facts()).map(({ status, priority, weight, groups: names }) => ({ status, priority, weight, names }))).toEqual(before.map(() => ({ status: "disabled", priority: 7, weight: 3, names: [groups[0]!.name] })));
  expect(await lastActs(before.length * 2)).toEqual([...before.map(() => "channel.disable"), ...before.map(() => "channel.update")]);
  await operator.channels.editMany({ edits: [...edited] });
  expect(await facts()).toEqual(before);
});

test("a rest given to many ends with the undo, and one that is switched on goes back to its rest", async () => {
  const before = await facts();
  const { edited } = await operator.channels.editMany({ edits: (await all()).map(({ id, seen }) => ({ id, seen, patch: { restMinutes: 15 } })) });
  expect((await facts()).every(({ rests }) => rests)).toBe(true);
  const on = await operator.channels.editMany({ edits: edited.map(({ id, seen }) => ({ id, seen, patch: { enabled: true } })) });
  expect((await facts()).some(({ rests }) => rests)).toBe(false);
  await operator.channels.editMany({ edits: [...on.edited] });
  expect((await facts()).every(({ rests }) => rests)).toBe(true);
  await operator.channels.editMany({ edits: (await all()).map(({ id, seen }) => ({ id, seen, patch: { restMinutes: 0 } })) });
  expect(await facts()).toEqual(before);
});

test("all or none: one that somebody changed meanwhile stops the whole act", async () => {
  const before = await facts();
  const edits = (await all()).map(({ id, seen }, at) => ({ id, seen: at === 1 ? new Date(seen.getTime() - 1_000) : seen, patch: { priority: 99 } }));
  expect(edits.length).toBeGreaterThan(1);
  expect(await errorOf(operator.channels.editMany({ edits }))).toMatch("CONFLICT");
  expect(await facts()).toEqual(before);
});

test("a copy has everything but keys and traffic, is off, and takes the next free name", async () => {
  const source = (await operator.channels.list())[0]!;
  await operator.channels.setCost({ id: source.id, upstreamName: source.models[0]!.upstreamName, cost: { input: "0.11", output: "0.44" } });
  const { id, name } = await operator.channels.duplicate({ id: source.id });
  const again = await operator.channels.duplicate({ id });
  expect([name, again.name]).toEqual([`${source.name} (3)`, `${source.name} (4)`]);
  const copy = await operator.channels.get({ id });
  expect(copy).toMatchObject({
    provider: source.provider, baseUrl: source.baseUrl, priority: source.priority, weight: source.weight, costPpm: source.costPpm, limits: source.limits, timeouts: source.timeouts,
    groups: source.groups, status: "disabled", reason: "new", keys: [], lastTest: null, state: "off",
  });
  expect(copy.models.map(({ publicName, upstreamName }) => [publicName, upstreamName])).toEqual(source.models.map(({ publicName, upstreamName }) => [publicName, upstreamName]));
  expect((await operator.channels.costs({ id })).map(({ own }) => own)[0]).toEqual((await operator.channels.costs({ id: source.id }))[0]!.own);
  expect(await lastActs(1)).toEqual(["channel.duplicate"]);
});

test("overrides are checked by place, looked at before they are stored, and written down when they are", async () => {
  const channel = (await operator.channels.list())[0]!;
  const model = channel.models[0]!.publicName;
  expect((await operator.channels.checkSettings({ settings: { params: [{ op: "set", path: "temperature", value: 1 }], headers: [{ op: "set", name: "host", value: "x" }] } })).problems).toEqual(["params.0.path", "headers.0.name"]);
  const settings = { params: [{ op: "set" as const, path: "/temperature", value: 0.5 }], system: { mode: "prepend" as const, text: "Be kind." } };
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "?" }], stream: true });
  const seen = await operator.channels.preview({ id: channel.id, settings, model, dialect: "openai-chat", body });
  expect(seen).toMatchObject({ kind: "sent", changes: ["system", "set:/temperature"] });
  if (seen.kind !== "sent") throw new Error(seen.kind);
  expect([JSON.parse(seen.before), JSON.parse(seen.after)]).toMatchObject([{ messages: [{ role: "user" }] }, { messages: [{ role: "system", content: "Be kind." }, { role: "user" }], temperature: 0.5 }]);
  expect(JSON.stringify(seen.headers)).toContain("(key)");
  expect(await operator.channels.preview({ id: channel.id, settings: { params: "x" }, model, dialect: "anthropic", body })).toEqual({ kind: "invalid", problems: ["params"] });
  expect(await operator.channels.preview({ id: channel.id, settings: {}, model, dialect: "openai-chat", body: "{" })).toMatchObject({ kind: "refused", code: "invalid_json" });
  expect((await operator.channels.get({ id: channel.id })).settings).toEqual({});
  await operator.channels.update({ id: channel.id, seen: channel.updatedAt, patch: { settings } });
  const stored = await operator.channels.get({ id: channel.id });
  expect(stored.settings).toEqual(settings);
  const { rows } = await admin.pool.query<{ before: object; after: object }>("SELECT before, after FROM audit_log WHERE action = 'channel.update' ORDER BY seq DESC LIMIT 1");
  expect(rows[0]).toEqual({ before: { settings: {} }, after: { settings } });
  await operator.channels.update({ id: channel.id, seen: stored.updatedAt, patch: { settings: {} } });
});

test("the last day of a channel by hours: failures, 429 and the first token, hours without requests too", async () => {
  const { id, name } = (await operator.channels.list())[0]!;
  const quiet = await operator.channels.hours({ id });
  expect([quiet.length, quiet.every(({ attempts, ttftP50 }) => attempts === 0 && ttftP50 === null)]).toEqual([24, true]);
  await addCharge(admin.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: name, usage: { input: 10, output: 5 } });
  const hours = await operator.channels.hours({ id });
  expect(hours.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(1);
  expect(hours.map(({ at }) => at.getTime())).toEqual(hours.map((_, index) => hours[0]!.at.getTime() + index * 3_600_000));
  expect(hours.slice(0, -2).every(({ attempts }) => attempts === 0)).toBe(true);
});

test("the address of a cloud's channel is shown with what its key and the request will say of it", async () => {
  const of = async (over: object) => (await operator.channels.address({ provider: "vertex", baseUrl: "", ...over })).url;
  expect(await of({})).toBe("https://aiplatform.googleapis.com/v1/projects/{project}/locations/global/publishers/google/models/{model}:generateContent");
  expect(await of({ project: "shop-7", location: "us-east5" })).toBe("https://us-east5-aiplatform.googleapis.com/v1/projects/shop-7/locations/us-east5/publishers/google/models/{model}:generateContent");
  expect(await of({ provider: "bedrock", location: "eu-west-1" })).toBe("https://bedrock-runtime.eu-west-1.amazonaws.com/model/{model}/converse");
});

test("a service account's file is one key; one that could buy no token is named before it is saved", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const file = (over: object = {}) => JSON.stringify({ type: "service_account", project_id: "shop-7", private_key_id: "0123456789abcdef", private_key: privateKey.export({ type: "pkcs8", format: "pem" }), client_email: "relay@shop-7.iam.gserviceaccount.com", ...over }, null, 2);
  const look = (text: string, provider = "vertex") => operator.channels.previewKeys({ text, provider });
  expect(await look(file())).toEqual({ keys: [{ line: expect.any(Number) as number, suffix: "cdef", known: false }], problems: [] });
  expect((await look(`[${file()}, ${file({ client_email: "" })}]`)).problems).toMatchObject([{ problem: "not_an_account" }]);
  expect((await look(file({ private_key: "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n" }))).problems).toMatchObject([{ problem: "not_an_account" }]);
  expect(await look("AIza-express-key")).toMatchObject({ keys: [{}], problems: [] });
  // Other vendors' files are none of Google's business.
  expect((await look(file({ client_email: "" }), "openai")).problems).toEqual([]);
  // Keys of several parts are counted before anybody is asked.
  expect(await look("app|secret|key\napp|secret", "spark-ws")).toMatchObject({ keys: [{ suffix: "|key" }], problems: [{ line: 2, problem: "wrong_form" }] });

  const settings = { location: "us-east5", locations: { "claude-opus-4-1": "global" } };
  const { id } = await operator.channels.create({ name: `cloud ${randomUUID()}`, provider: "vertex", keys: file(), settings });
  const made = await operator.channels.get({ id });
  expect(made).toMatchObject({ asks: ["project", "location"], settings, keys: [{ suffix: "cdef" }] });
  expect(JSON.stringify(made, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))).not.toContain("PRIVATE KEY");
  await expect(operator.channels.update({ id, seen: made.updatedAt, patch: { settings: { location: "Us East" } } })).rejects.toThrow();
  await operator.channels.remove({ id });
});
