import { uuidv7 } from "#platform/ids.ts";
import type { Shop } from "../../support/shop-process.ts";

type Said = Readonly<{ stage: string; minutesAgo: number; en: string; zh: string }>;
type Notice = Readonly<{ kind: string; en: string; zh: string; model?: string; startsMinutesAgo: number; said: readonly Said[] }>;

const HOUR = 60;
const DAY = 24 * HOUR;

const NOTICES: readonly Notice[] = [
  {
    kind: "degraded", en: "GPT-4.1 answers more slowly than usual", zh: "GPT-4.1 响应变慢", model: "gpt-4.1", startsMinutesAgo: 50,
    said: [
      { stage: "investigating", minutesAgo: 46, en: "First tokens of GPT-4.1 take about twice as long since 12:40. We are looking into it.", zh: "自 12:40 起，GPT-4.1 的首字延迟约为平时的两倍，我们正在调查。" },
      { stage: "identified", minutesAgo: 18, en: "One of our two lines to the vendor is congested. Requests are moved to the other one; failed attempts are not charged.", zh: "我们接入厂商的两条线路之一出现拥塞，请求正切换到另一条线路。失败的尝试不收费。" },
    ],
  },
  {
    kind: "maintenance", en: "Database upgrade", zh: "数据库升级", startsMinutesAgo: -2 * DAY,
    said: [{ stage: "planned", minutesAgo: DAY, en: "The console will be read-only for about ten minutes. The API keeps answering.", zh: "控制台将有约十分钟处于只读状态，API 照常提供服务。" }],
  },
  {
    kind: "outage", en: "Top-ups by card were not credited", zh: "银行卡充值未到账", startsMinutesAgo: 6 * DAY,
    said: [
      { stage: "investigating", minutesAgo: 6 * DAY - 10, en: "Payments succeed, the credit does not arrive.", zh: "付款成功，但余额没有到账。" },
      { stage: "resolved", minutesAgo: 6 * DAY - 95, en: "The connection to the payment provider was mended. Every payment made meanwhile is credited.", zh: "与支付服务商的连接已恢复，期间的所有付款均已入账。" },
    ],
  },
];

/** What the operator says to the public: incidents of every kind, and a second version of the terms. */
export async function speakPublicly(shop: Shop): Promise<void> {
  const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  for (const { kind, en, zh, model, startsMinutesAgo, said } of NOTICES) {
    const id = uuidv7();
    const end = said.find(({ stage }) => stage === "resolved");
    await shop.sql(
      `INSERT INTO incidents (id, kind, title, models, started_at, resolved_at) VALUES ($1, $2, $3, ARRAY(SELECT m.id::text FROM models m WHERE m.slug = $4), $5, $6)`,
      [id, kind, JSON.stringify({ en, zh }), model ?? "", ago(startsMinutesAgo), end ? ago(end.minutesAgo) : null]);
    for (const { stage, minutesAgo, ...text } of said) {
      await shop.sql("INSERT INTO incident_updates (id, incident_id, stage, text, at) VALUES ($1, $2, $3, $4, $5)", [uuidv7(), id, stage, JSON.stringify(text), ago(minutesAgo)]);
    }
  }
  await shop.apply({
    settings: {
      legal: {
        terms: {
          en: "## Terms\n\nPrepaid credit pays for requests at the price on the page of each model.\n\n## Refunds\n\nUnused credit is given back within 14 days of the payment.",
          zh: "## 条款\n\n预付余额按各模型页面的价格支付请求费用。\n\n## 退款\n\n付款后 14 天内，未使用的余额可以退还。",
        },
      },
    },
  });
}
