import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, type Json } from "../contract/client.ts";
import { chargeRow } from "../contract/mount.ts";
import { storeOf } from "../support/shop-store.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { startVendor, type Script, type Vendor, type VendorRequest } from "../support/vendor.ts";

/** A vendor with a protocol of its own for each kind of call, and what is charged for it. */
const CASES = [
  {
    name: "embeddings of Cohere", model: { id: "embed", endpoints: ["embeddings"], price: { input: 2 } }, channel: { provider: "cohere", cost: { ratio: 0.5 } },
    path: "/v1/embeddings", body: { input: ["a", "b"] }, answers: { data: [{ embedding: [1, 2] }, { embedding: [3, 4] }] },
    asked: "/v2/embed", reply: { embeddings: { float: [[1, 2], [3, 4]] }, meta: { billed_units: { input_tokens: 9 } } }, nano: 18_000n, used: { u_input: 9n },
  },
  {
    name: "a ranking by Voyage", model: { id: "rank", endpoints: ["rerank"], price: { input: 0.05 } }, channel: { provider: "voyage", cost: { ratio: 0.5 } },
    path: "/v1/rerank", body: { query: "q", documents: ["a", "b"], top_n: 1 }, answers: { results: [{ index: 1, relevance_score: 0.7 }] },
    asked: "/rerank", reply: { data: [{ index: 1, relevance_score: 0.7 }], usage: { total_tokens: 43 } }, nano: 2_150n, used: { u_input: 43n },
  },
  {
    name: "a picture by DashScope", model: { id: "paint", endpoints: ["images"], price: { per_image: 0.04 } }, channel: { provider: "dashscope", cost: { ratio: 0.5 } },
    path: "/v1/images/generations", body: { prompt: "a cat", n: 2 }, answers: { data: [{ url: "https://pictures.example/1.png" }, { url: "https://pictures.example/1.png" }] },
    asked: "/api/v1/services/aigc/multimodal-generation/generation", reply: { output: { choices: [{ message: { content: [{ image: "https://pictures.example/1.png" }] } }] }, usage: { image_count: 1 } },
    nano: 80_000_000n, used: {},
  },
  {
    name: "verdicts of Mistral", model: { id: "judge", endpoints: ["moderations"], price: { input: 0.1 } }, channel: { provider: "mistral", cost: { ratio: 0.5 } },
    path: "/v1/moderations", body: { input: "something" }, answers: { results: [{ flagged: true, categories: { violence: true, sexual: false } }] },
    asked: "/moderations", reply: { id: "m", results: [{ categories: { violence_and_threats: true }, category_scores: { violence_and_threats: 0.8 } }], usage: { prompt_tokens: 7, total_tokens: 7 } }, nano: 700n, used: { u_input: 7n },
  },
] as const;

/** Answered with bytes, asked with bytes. */
const SPEAK = { id: "speak", endpoints: ["audio"], price: { per_character: 0.000015 } };
const LISTEN = { id: "listen", endpoints: ["audio"], price: { per_second: 0.0001 } };

let vendor: Vendor, shop: Shop;

beforeAll(async () => {
  vendor = await startVendor();
  const base = vendor.url.replace("/v1", "");
  vendor.on("*", answer);
  for (const { model, reply } of CASES) vendor.on(model.id, whole(reply));
  shop = await startShop({
    store: storeOf({
      models: [...CASES.map(({ model }) => model), SPEAK, LISTEN],
      channels: [
        ...CASES.map(({ model, channel }) => ({ name: `channel-${model.id}`, base_url: base, models: [model.id], ...channel })),
        { name: "channel-speak", provider: "minimax", base_url: base, models: ["speak"], cost: { ratio: 0.5 } },
        { name: "channel-listen", provider: "deepgram", base_url: base, models: ["listen"], cost: { ratio: 0.5 } },
      ],
      users: [{ name: "rich", usd: 10 }],
    }),
  });
}, 120_000);

afterAll(async () => {
  await shop?.stop();
  await vendor?.close();
});

const whole = (reply: object): Script => ({ pieces: [JSON.stringify(reply)] });

/** Those who name no model in their bodies are known by their addresses. */
const answer = ({ path }: VendorRequest): Script =>
  path.startsWith("/v1/listen") ? whole({ metadata: { duration: 7 }, results: { channels: [{ alternatives: [{ transcript: "Hello." }] }], utterances: [{ start: 0, end: 7, transcript: "Hello." }] } }) : { status: 404 };

test.each(CASES)("$name is answered in OpenAI's form, charged and booked with its cost", async ({ model, path, body, answers, asked, nano, used }) => {
  const reply = await ask(`${shop.url}${path}`, { body: { model: model.id, ...body } });
  expect(reply.json).toMatchObject(answers);
  expect(vendor.requests.at(-1)!.path.endsWith(asked)).toBe(true);
  expect(await chargeRow({ shop }, reply.id)).toMatchObject({ outcome: "ok", usage_source: "upstream", charge_nano: nano, cost_pico: String(nano * 500n), ...used });
});

test("speech of MiniMax is answered with bytes and charged by the character", async () => {
  vendor.on("speak", whole({ data: { audio: "49443304" }, base_resp: { status_code: 0 } }));
  const reply = await ask(`${shop.url}/v1/audio/speech`, { body: { model: "speak", voice: "alloy", input: "Hello" } });
  expect([reply.status, reply.headers["content-type"], reply.text]).toEqual([200, "audio/mpeg", "ID3\u0004"]);
  expect(await chargeRow({ shop }, reply.id)).toMatchObject({ outcome: "ok", charge_nano: 75_000n, cost_pico: "37500000", u_other: { char: 5 } satisfies Json });
});

test("a transcript by Deepgram is written as subtitles and charged by the second", async () => {
  const form = new FormData();
  form.set("model", "listen");
  form.set("response_format", "vtt");
  form.set("file", new File([Buffer.alloc(64)], "talk.mp3", { type: "audio/mpeg" }));
  const sent = new Response(form);
  const reply = await ask(`${shop.url}/v1/audio/transcriptions`, { body: Buffer.from(await sent.arrayBuffer()), headers: { "content-type": sent.headers.get("content-type")! } });
  expect(reply.text).toBe("WEBVTT\n\n00:00:00.000 --> 00:00:07.000\nHello.\n");
  expect(vendor.requests.at(-1)!.body).toHaveLength(64);
  expect(await chargeRow({ shop }, reply.id)).toMatchObject({ outcome: "ok", charge_nano: 700_000n, cost_pico: "350000000", u_other: { audio_in_ms: 7_000 } satisfies Json });
});
