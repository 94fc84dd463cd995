import { requestIdText } from "#platform/ids.ts";
import type { Shop } from "../../support/shop-process.ts";
import { BUYERS } from "./stock.ts";

/** What pages with an id in their address are opened at. */
export type Facts = Readonly<{
  keyId: string; requestId: string; failedId: string; ownOrderId: string; channelId: string; failingId: string; cloudId: string; modelId: string; presetId: string; wildcardId: string; resellerId: string; groupId: string; userId: string; batchId: string; orderId: string; accountId: string; walletId: string;
  transactionId: string; incidentId: string; taskId: string; ownTaskId: string; auditSeq: string; setUpPath: string;
}>;

const EMAIL = BUYERS[0]!.email;
const OWN = `SELECT c.id FROM charges c JOIN users u ON u.id = c.user_id WHERE u.email = '${EMAIL}'`;

const QUERIES: Readonly<Record<Exclude<keyof Facts, "setUpPath">, string>> = {
  keyId: `SELECT k.id FROM api_keys k JOIN users u ON u.id = k.user_id WHERE u.email = '${EMAIL}' AND k.name = 'production'`,
  requestId: `${OWN} AND c.outcome = 'ok' AND c.stream AND c.charge_nano > 0 ORDER BY c.u_cache_read DESC LIMIT 1`,
  failedId: `${OWN} AND c.outcome NOT IN ('ok', 'client_abort') ORDER BY c.at DESC LIMIT 1`,
  ownOrderId: `SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id WHERE u.email = '${EMAIL}' AND o.status = 'paid' LIMIT 1`,
  channelId: "SELECT id FROM channels WHERE name = 'OpenAI, main account'",
  failingId: "SELECT id FROM channels WHERE name = 'DashScope Beijing'",
  cloudId: "SELECT id FROM channels WHERE name = 'Vertex AI, films'",
  modelId: "SELECT id FROM models WHERE slug = 'claude-sonnet-4-5'",
  wildcardId: "SELECT id FROM models WHERE slug = 'openrouter/*'",
  resellerId: "SELECT id FROM channels WHERE name = 'OpenRouter'",
  presetId: "SELECT id FROM models WHERE preset IS NOT NULL LIMIT 1",
  groupId: "SELECT id FROM groups WHERE name = 'pro'",
  userId: `SELECT id FROM users WHERE email = '${EMAIL}'`,
  batchId: "SELECT id FROM redeem_batches ORDER BY id DESC LIMIT 1",
  orderId: "SELECT id FROM orders WHERE status = 'paid' ORDER BY created_at LIMIT 1",
  accountId: "SELECT id FROM accounts WHERE code = 'revenue:usage'",
  walletId: `SELECT w.id FROM wallets w JOIN users u ON w.owner_type = 'user' AND u.id = w.owner_id WHERE u.email = '${EMAIL}'`,
  incidentId: "SELECT id FROM incidents WHERE kind = 'degraded'",
  taskId: "SELECT id FROM tasks WHERE state = 'submitted_unknown'",
  ownTaskId: `SELECT t.id FROM tasks t JOIN users u ON u.id = t.user_id WHERE u.email = '${EMAIL}' AND t.state = 'expired'`,
  auditSeq: "SELECT seq AS id FROM audit_log WHERE action = 'channel.create' ORDER BY seq LIMIT 1",
  transactionId: "SELECT id FROM ledger_transactions WHERE kind = 'settlement' ORDER BY id DESC LIMIT 1",
};

/** @param unopened without it there is no link to the set-up */
export async function readFacts(shop: Shop, unopened?: Shop): Promise<Facts> {
  const facts: Record<string, string> = {};
  for (const [name, query] of Object.entries(QUERIES)) {
    const [row] = await shop.sql<{ id: string }>(query);
    if (!row) throw new Error(`the shop of the pictures has no ${name}`);
    facts[name] = name === "requestId" || name === "failedId" ? requestIdText(row.id) : String(row.id);
  }
  const link = unopened === undefined ? "" : /http\S+(\/setup\?token=\S+)/.exec(unopened.output())?.[1];
  if (link === undefined) throw new Error("the shop without an owner printed no set-up link");
  return { ...(facts as Omit<Facts, "setUpPath">), setUpPath: link };
}
