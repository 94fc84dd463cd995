import { randomUUID } from "node:crypto";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { settingFacts } from "#accounts/setting-facts.ts";
import { addCharge } from "../../support/charge.ts";
import { errorOf, openAdminShop, type AdminShop } from "./shop.ts";

let admin: AdminShop;
let alice: string;
let request: { id: string; uuid: string };
const ALICE = "alice@example.com";
const reason = "asked for by mail";

beforeAll(async () => {
  admin = await openAdminShop();
  alice = await admin.userId(ALICE);
  request = await addCharge(admin.pool, { email: ALICE, model: "gpt-4o-mini", channel: "main", usage: { input: 1_000, output: 500 } });
  await addCharge(admin.pool, { email: ALICE, model: "gpt-4o-mini", channel: "main", usage: { input: 0, output: 0 }, outcome: "upstream_error" });
});
afterAll(() => admin.drop());

describe("users", () => {
  test("made, found by the beginning of the address, sorted and paged without a gap", async () => {
    const operator = await admin.as("operator");
    for (const name of ["ann", "ben", "cat", "dan", "eve"]) await operator.admin.users.create({ email: `${name}@list.example`, group: "vip" });
    for (const sort of ["created", "balance", "spent"] as const) {
      for (const descending of [true, false]) {
        const all = (await operator.admin.users.list({ sort, descending, limit: 100 })).rows.map(({ email }) => email);
        const paged: string[] = [];
        for (let cursor: string | undefined, more = true; more;) {
          const page = await operator.admin.users.list({ sort, descending, limit: 3, ...(cursor && { cursor }) });
          paged.push(...page.rows.map(({ email }) => email));
          cursor = page.next;
          more = cursor !== undefined;
        }
        expect(paged).toEqual(all);
      }
    }
    expect((await operator.admin.users.list({ text: "BE" })).rows.map(({ email }) => email)).toEqual(["ben@list.example"]);
    expect((await operator.admin.users.list({ text: "%" })).rows).toEqual([]);
    expect((await operator.admin.users.list({ group: "vip", money: "low" })).rows).toHaveLength(5);
    expect((await operator.admin.users.list({ role: "operator" })).rows.map(({ role }) => role)).toEqual(["operator"]);
    expect(await errorOf(operator.admin.users.create({ email: "ann@list.example", group: "vip" }))).toBe("CONFLICT taken");
    expect(await errorOf(operator.admin.users.create({ email: "x@list.example", group: "nowhere" }))).toBe("BAD_REQUEST group");
    expect(await errorOf(operator.admin.users.create({ email: "x@list.example", group: "vip", password: "short" }))).toMatch("BAD_REQUEST password:");
  });

  test("the detail shows spending, keys, lots, sessions and acts", async () => {
    const owner = await admin.as("owner");
    const user = await owner.admin.users.get({ id: alice });
    expect(user).toMatchObject({ email: ALICE, group: "default", keys: 1, requests30: 2, spent30Nano: 450_000n });
    expect(user.cost30Nano).toBe(2n);
    expect((await (await admin.as("support")).admin.users.get({ id: alice })).cost30Nano).toBeNull();
    expect(await owner.admin.users.keys({ id: alice })).toMatchObject([{ name: "app", status: "active" }]);
    expect(JSON.stringify(await owner.admin.users.keys({ id: alice }), (_key, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain("0123456789abcdef");
    expect(await owner.admin.users.lots({ id: alice })).toEqual([]);
    expect(await errorOf(owner.admin.users.get({ id: randomUUID() }))).toMatch("NOT_FOUND");
  });

  test("switched off: sessions end, the keys' node is told, and it is in the log; and on again", async () => {
    const support = await admin.as("support");
    await admin.pool.query("INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 day')", [randomUUID(), alice]);
    const told: string[] = [];
    const client = await admin.pool.connect();
    client.on("notification", ({ channel, payload }) => told.push(`${channel} ${payload}`));
    await client.query("LISTEN key");
    await support.admin.users.setStatus({ id: alice, status: "disabled", reason });
    await client.query("SELECT 1");
    client.release(true);
    expect(told).toContain(`key ${alice}`);
    expect((await support.admin.users.sessions({ id: alice })).every(({ endedAt }) => endedAt !== null)).toBe(true);
    expect((await support.admin.users.list({ status: "disabled" })).rows.map(({ email }) => email)).toEqual([ALICE]);
    await support.admin.users.setStatus({ id: alice, status: "active", reason });
    const acts = await (await admin.as("owner")).admin.users.audit({ id: alice });
    expect(acts.slice(0, 2).map(({ action, actorEmail, reason: why }) => [action, actorEmail, why])).toEqual([
      ["user.enable", "support@staff.example.com", reason], ["user.disable", "support@staff.example.com", reason],
    ]);
  });

  test("nobody changes himself, and staff are changed by the owner alone", async () => {
    const [support, owner] = [await admin.as("support"), await admin.as("owner")];
    const [me, boss] = [await admin.userId("support@staff.example.com"), await admin.userId("owner@staff.example.com")];
    expect(await errorOf(support.admin.users.setStatus({ id: me, status: "disabled", reason }))).toBe("FORBIDDEN self");
    expect(await errorOf(support.admin.users.setStatus({ id: boss, status: "disabled", reason }))).toBe("FORBIDDEN staff");
    expect(await errorOf(support.admin.users.endSessions({ id: boss }))).toBe("FORBIDDEN staff");
    expect(await errorOf(owner.admin.users.adjust({ id: boss, amountNano: 1n, reason, idempotencyKey: randomUUID() }))).toBe("FORBIDDEN self");
    expect(await owner.admin.users.endSessions({ id: me })).toEqual({ ended: 0 });
  });

  test("group, password mail and a key", async () => {
    const operator = await admin.as("operator");
    await operator.admin.users.changeGroup({ id: alice, group: "vip" });
    expect((await operator.admin.users.get({ id: alice })).group).toBe("vip");
    expect(await errorOf((await admin.as("support")).admin.users.changeGroup({ id: alice, group: "default" }))).toMatch("FORBIDDEN");
    expect(await operator.admin.users.sendReset({ id: alice })).toEqual({ sent: true });
    expect((await admin.pool.query("SELECT template FROM mails WHERE to_address = $1", [ALICE])).rows).toEqual([{ template: "reset" }]);
    const [key] = await operator.admin.users.keys({ id: alice });
    const [other] = (await operator.admin.users.list({ text: "ann@" })).rows;
    expect(await errorOf(operator.admin.users.revokeKey({ id: other!.id, keyId: key!.id, reason }))).toMatch("NOT_FOUND");
    await operator.admin.users.revokeKey({ id: alice, keyId: key!.id, reason });
    expect((await operator.admin.users.keys({ id: alice }))[0]?.status).toBe("revoked");
  });
});

describe("requests of all customers", () => {
  test("filters by words, sums of the same rows, a page at a time", async () => {
    const owner = await admin.as("owner");
    const { rows } = await owner.admin.requests.list({ user: ALICE, model: "mini", channel: "main" });
    expect(rows).toHaveLength(2);
    expect(await owner.admin.requests.sums({ user: ALICE })).toEqual({ requests: 2, errors: 1, chargeNano: 450_000n, costNano: 2n });
    expect((await owner.admin.requests.list({ status: "error" })).rows.map(({ outcome }) => outcome)).toEqual(["upstream_error"]);
    expect((await owner.admin.requests.list({ model: "no-such-model" })).rows).toEqual([]);
    expect((await owner.admin.requests.list({ aboveNano: 449_999n })).rows).toHaveLength(1);
    expect((await owner.admin.requests.list({ belowCost: true })).rows.map(({ chargeNano }) => chargeNano)).toEqual([0n]);
    const first = await owner.admin.requests.list({ limit: 1 });
    const second = await owner.admin.requests.list({ limit: 1, before: first.next! });
    expect([first.rows[0]?.id, second.rows[0]?.id, second.next]).toEqual([rows[0]?.id, rows[1]?.id, undefined]);
  });

  test("support sees the receipt but no cost; the owner sees the tries with their key's end", async () => {
    const [support, owner] = [await admin.as("support"), await admin.as("owner")];
    const seen = await support.admin.requests.get({ id: request.id });
    expect([seen.costNano, seen.detail, seen.attempts.map(({ costNano }) => costNano)]).toEqual([null, null, [null]]);
    expect((await support.admin.requests.list({})).rows.every(({ costNano }) => costNano === null)).toBe(true);
    expect((await support.admin.requests.sums({})).costNano).toBeNull();
    expect(await errorOf(support.admin.requests.list({ belowCost: true }))).toMatch("FORBIDDEN");
    const all = await owner.admin.requests.get({ id: request.uuid });
    expect(all).toMatchObject({ id: request.id, chargeNano: 450_000n, costNano: 1n, booking: { refundId: null }, attempts: [{ n: 1, channel: "main", keySuffix: "aaaa", costNano: 1n }] });
    expect(all.lines.reduce((sum, { amountNano }) => sum + amountNano, 0n)).toBe(all.chargeNano);
    expect(await errorOf(owner.admin.requests.get({ id: "req_nonsense" }))).toMatch("NOT_FOUND");
    expect(await owner.admin.requests.choices()).toMatchObject({ models: ["gpt-4o-mini", "text-embedding-3-small"], channels: ["main"], groups: ["default", "vip"] });
  });
});

describe("search", () => {
  test("any id, address, key or name, and only what the asker may open", async () => {
    const [owner, finance] = [await admin.as("owner"), await admin.as("finance")];
    const find = async (text: string, as = owner) => (await as.admin.search.find({ text })).map(({ kind, title }) => `${kind} ${title}`);
    expect(await find("alice@")).toEqual([`user ${ALICE}`]);
    expect(await find(request.id)).toEqual([`request ${request.id}`]);
    expect(await find(request.uuid.toUpperCase())).toEqual([`request ${request.id}`]);
    expect(await find(await admin.walletId(ALICE))).toEqual([`wallet ${ALICE}`]);
    expect(await find("4o-mini")).toEqual(["model gpt-4o-mini"]);
    expect(await find("cdef")).toEqual(["key app · sk-mm-0123…cdef"]);
    expect(await find("main")).toEqual(["channel main"]);
    expect(await find("main", finance)).toEqual([]);
    expect(await find("a")).toEqual([]);
    const [transaction] = await owner.admin.ledger.transactions({ wallet: await admin.walletId(ALICE) });
    expect(await find(transaction!.id)).toEqual([`transaction ${transaction!.kind}`]);
    expect(await find(transaction!.id, await admin.as("operator"))).toEqual([]);
  });
});

describe("settings", () => {
  test("each is listed with default, value, who and when", async () => {
    const list = await (await admin.as("owner")).admin.settings.list();
    expect(list.map(({ path }) => path)).toEqual(settingFacts().map(({ path }) => path));
    const operators = (await (await admin.as("operator")).admin.settings.list()).map(({ path }) => path);
    expect(operators).toEqual(list.filter(({ area }) => area !== "approvals").map(({ path }) => path));
    expect(list.find(({ path }) => path === "shop.name")).toMatchObject({ kind: "text", initial: "Modelmart", stored: "Corner Shop", set: true, by: "system test", locked: null });
    expect(list.find(({ path }) => path === "shop.sign_up")).toMatchObject({ kind: "choice", options: ["open", "invite", "closed"], set: false });
    expect(list.find(({ path }) => path === "money.overdraft")).toMatchObject({ kind: "usd", stored: "0.01" });
    expect(list.filter(({ kind }) => kind === "markdown").map(({ area }) => area)).toEqual(["legal", "legal", "legal"]);
    expect(await (await admin.as("operator")).admin.settings.environment()).toContainEqual({ area: "mail", variable: "SMTP_URL", set: false });
  });

  test("saved together or not at all; a value somebody changed meanwhile is not overwritten; back to the default", async () => {
    const operator = await admin.as("operator");
    const revision = async () => (await admin.pool.query<{ rev: bigint }>("SELECT rev FROM config_rev")).rows[0]!.rev;
    const before = await revision();
    const stored = async (path: string) => (await operator.admin.settings.list()).find((each) => each.path === path)?.stored;
    expect(await errorOf(operator.admin.settings.save({ changes: [{ path: "shop.name", value: "New name", seen: "Corner Shop" }, { path: "brand.color", value: "blue", seen: null }] }))).toMatch("BAD_REQUEST invalid:brand.color");
    expect([await stored("shop.name"), await revision()]).toEqual(["Corner Shop", before]);
    expect(await operator.admin.settings.save({ changes: [{ path: "shop.name", value: "New name", seen: "Corner Shop" }, { path: "brand.color", value: "#AA3311", seen: null }] })).toEqual({ saved: 2 });
    expect([await stored("shop.name"), await stored("brand.color"), await revision()]).toEqual(["New name", "#aa3311", before + 1n]);
    expect(await errorOf(operator.admin.settings.save({ changes: [{ path: "shop.name", value: "Third name", seen: "Corner Shop" }] }))).toBe("CONFLICT changed:shop.name");
    expect(await operator.admin.settings.save({ changes: [{ path: "brand.color", value: null, seen: "#aa3311" }] })).toEqual({ saved: 1 });
    expect(await stored("brand.color")).toBeUndefined();
    const history = await operator.admin.settings.history({ path: "shop.name" });
    expect(history[0]).toMatchObject({ before: "Corner Shop", after: "New name", email: "operator@staff.example.com" });
    expect(await errorOf(operator.admin.settings.save({ changes: [{ path: "shop.nothing" as "shop.name", value: 1, seen: null }] }))).toMatch("BAD_REQUEST");
    const finance = (await admin.as("finance")).admin.settings;
    expect(new Set((await finance.list()).map(({ area }) => area))).toEqual(new Set(["payments"]));
    expect(new Set((await finance.environment()).map(({ area }) => area))).toEqual(new Set(["payments"]));
    expect(await errorOf(finance.history({ path: "shop.name" }))).toMatch("FORBIDDEN");
    expect(await errorOf((await admin.as("finance")).admin.settings.save({ changes: [{ path: "shop.name", value: "x", seen: null }] }))).toMatch("FORBIDDEN");
  });

  test("what comes from the environment is locked", async () => {
    const operator = await admin.as("operator");
    process.env["MODELMART_URL"] = "https://shop.example.com";
    try {
      expect((await operator.admin.settings.list()).find(({ path }) => path === "shop.url")?.locked).toEqual({ variable: "MODELMART_URL", value: "https://shop.example.com" });
      expect(await errorOf(operator.admin.settings.save({ changes: [{ path: "shop.url", value: "https://other.example", seen: null }] }))).toBe("CONFLICT locked");
    } finally {
      delete process.env["MODELMART_URL"];
    }
  });

  test("a logo is a small picture by its own bytes, whatever it is called", async () => {
    const operator = await admin.as("operator");
    const upload = (bytes: Buffer) => operator.admin.settings.uploadLogo({ base64: bytes.toString("base64") });
    const { id } = await upload(png(64, 32));
    expect((await operator.admin.settings.list()).find(({ path }) => path === "brand.logo")).toMatchObject({ kind: "logo", stored: id });
    expect((await admin.pool.query("SELECT media_type FROM shop_files WHERE id = $1", [id])).rows).toEqual([{ media_type: "image/png" }]);
    expect(await errorOf(upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')))).toBe("BAD_REQUEST not_a_picture");
    expect(await errorOf(upload(png(4_000, 32)))).toBe("BAD_REQUEST wrong_size");
    expect(await errorOf(upload(Buffer.concat([png(64, 32), Buffer.alloc(131_072)])))).toMatch("BAD_REQUEST");
  });
});

describe("health", () => {
  test("channels, nodes, database, jobs and what is off", async () => {
    const support = await admin.as("support");
    expect(await errorOf((await admin.as("finance")).admin.health.channels())).toMatch("FORBIDDEN");
    expect(await support.admin.users.orders({ id: alice })).toEqual([]);
    expect(await errorOf(support.admin.orders.list({}))).toMatch("FORBIDDEN");
    expect(await support.admin.health.channels()).toMatchObject([{ name: "main", status: "active", keys: 2, keysLive: 2, attempts: 2, failures: 0 }]);
    expect(await support.admin.health.nodes()).toMatchObject({ nodes: [] });
    const database = await support.admin.health.database();
    expect(database.partitions.some(({ parent, bounds }) => parent === "charges" && bounds.startsWith("FOR VALUES FROM"))).toBe(true);
    expect([database.role, database.ownsTables]).toEqual(["mm_app", false]);
    expect(Array.isArray(await support.admin.health.jobs())).toBe(true);
    expect(await support.admin.health.switchedOff()).toContainEqual({ part: "mail", off: true, variable: "SMTP_URL" });
  });
});

test("everything that staff did stands in an unbroken chain", async () => {
  expect((await verifyAudit(admin.pool, admin.shop.keys.auditKey)).brokenAt).toBeUndefined();
});

/** A whole PNG of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.alloc((width + 1) * height))), chunk("IEND", Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
