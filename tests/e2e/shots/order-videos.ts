import { uuidv7 } from "#platform/ids.ts";
import type { Shop } from "../../support/shop-process.ts";
import { BUYERS } from "./stock.ts";

type Ordered = Readonly<{ state: string; model: string; kind: string; form: string; minutesAgo: number; progress?: number; chargeNano?: bigint; code?: string; error?: string; flagged?: boolean; told: readonly (readonly [state: string, note: string | null])[] }>;

const SENT = [["queued", null], ["submitted", null]] as const;

const ORDERS: readonly Ordered[] = [
  { state: "running", model: "sora-2", kind: "video", form: "openai-videos", minutesAgo: 2, progress: 62, told: [...SENT, ["running", null]] },
  { state: "submitted", model: "kling-v2-master", kind: "video", form: "video-generations", minutesAgo: 3, told: SENT },
  { state: "submitted_unknown", model: "sora-2-pro", kind: "video", form: "openai-videos", minutesAgo: 24, told: [["queued", null], ["submitted_unknown", "no answer within 120 s"]] },
  { state: "succeeded", model: "mj_imagine", kind: "image", form: "mj", minutesAgo: 55, progress: 100, chargeNano: 80_000_000n, told: [...SENT, ["running", null], ["succeeded", null]] },
  { state: "succeeded", model: "suno_music", kind: "music", form: "suno", minutesAgo: 90, progress: 100, chargeNano: 100_000_000n, told: [...SENT, ["succeeded", null]] },
  { state: "failed", model: "sora-2", kind: "video", form: "openai-videos", minutesAgo: 140, chargeNano: 0n, code: "content_policy_violation", error: "The prompt was blocked by the vendor.", told: [...SENT, ["failed", "The prompt was blocked by the vendor."]] },
  { state: "expired", model: "hailuo-02", kind: "video", form: "openai-videos", minutesAgo: 60 * 26, chargeNano: 0n, code: "task_expired", error: "It was not ready in time.", flagged: true, told: [...SENT, ["expired", "It was not ready in time."]] },
];

/** Long work in every state, as the table has it once the relay has done its part. Nothing looks at it any more. */
export async function orderVideos(shop: Shop): Promise<void> {
  const never = new Date(Date.now() + 365 * 86_400_000);
  for (const [i, { state, model, kind, form, minutesAgo, progress = 0, chargeNano, code, error, flagged = false, told }] of ORDERS.entries()) {
    const at = new Date(Date.now() - minutesAgo * 60_000), id = uuidv7(at.getTime());
    const ended = chargeNano === undefined ? null : new Date(at.getTime() + 180_000);
    await shop.sql(
      `INSERT INTO tasks (id, public_id, user_id, wallet_id, model_id, model, form, kind, action, protocol, channel_id, upstream_id, state, progress, card, record, hold_nano, charge_nano, error_message, flagged,
                          polls, created_at, submitted_at, finished_at, next_poll_at, deadline_at, error_code)
       SELECT $1, $2, u.id, w.id, (SELECT id FROM models LIMIT 1), $3, $4, $5, 'generate', 'openai-videos', (SELECT id FROM channels ORDER BY id LIMIT 1), $6, $7, $8, '', '', 800000000, $9, $10, $11, $12, $13, $13, $14, $15, $15, $17
         FROM users u JOIN wallets w ON w.owner_id = u.id WHERE u.email = $16`,
      [id, `video_${id.replaceAll("-", "")}`, model, form, kind, `vendor-${i + 1}`, state, progress, chargeNano ?? null, error ?? null, flagged, i * 3, at, ended, never, BUYERS[i % BUYERS.length]!.email, code ?? null]);
    for (const [n, [word, note]] of told.entries()) await shop.sql("INSERT INTO task_events (task_id, at, state, note) VALUES ($1, $2, $3, $4)", [id, new Date(at.getTime() + n * 40_000), word, note]);
  }
}
