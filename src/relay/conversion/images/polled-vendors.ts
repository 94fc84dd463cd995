import { setTimeout as sleep } from "node:timers/promises";
import { badReply, jsonBody, refused, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { dataUrl } from "#relay/conversion/images/given.ts";
import type { ImagesMaker, ImagesReply, ImagesVendor, Picture } from "#relay/conversion/images/images-vendor.ts";
import { nearestRatio } from "#relay/conversion/images/size.ts";
import { asWire, compact, listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { SendStep, StepReply } from "#relay/upstream/scripted.ts";

/** Nobody waits longer for a picture inside one call. */
const WAIT_MS = 180_000;
const FIRST_LOOK_MS = 250, LOOK_MS_MAX = 3_000;

type Standing = "waiting" | "made" | Readonly<{ failed: string; policy?: boolean }>;

/** Looks until the picture is made; the last reply is the answer. @throws StepRefused when it fails, or takes too long */
async function looked(look: () => Promise<StepReply>, standing: (wire: Wire) => Standing): Promise<StepReply> {
  const until = performance.now() + WAIT_MS;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(LOOK_MS_MAX, pause * 2)) {
    const reply = await look();
    const stands = standing(asWire(JSON.parse(reply.body.toString("utf8")) as Wire));
    if (stands === "made") return reply;
    if (stands !== "waiting") throw refused(reply, stands.policy ? 400 : 500, stands.policy ? "content_policy_violation" : "generation_failed", stands.failed);
    if (performance.now() + pause > until) throw refused(reply, 504, "timeout", "The picture was not ready in time.");
    await sleep(pause);
  }
}

/** A vendor may name an address of its own to look at; anything else is no place to show its key. */
function ownAddress(told: string, call: URL): URL | undefined {
  const url = URL.parse(told);
  if (!url || url.protocol !== call.protocol) return undefined;
  const site = (host: string): string => (/^[\d.]+$/.test(host) ? host : host.split(".").slice(-2).join("."));
  return site(url.hostname) === site(call.hostname) && url.port === call.port ? url : undefined;
}

function below(call: URL, pathname: string): URL {
  const url = new URL(call);
  url.pathname = pathname;
  url.search = "";
  return url;
}

const get = (send: SendStep, url: URL): Promise<StepReply> => send({ method: "GET", url, body: [] });

/** @param found addresses in the last reply */
const byAddress = (found: (wire: Wire) => readonly unknown[]): ImagesMaker["reply"] => (reply): ImagesReply =>
  ({ pictures: found(replyOf(reply)).flatMap((one): Picture[] => (typeof one === "string" && one !== "" ? [{ url: one }] : [])) });

const MODERATED = /moderat|nsfw|safety|sensitive|policy/i;

/** Black Forest Labs: an id and where to look, which is in the region that makes it. @see BFL, "Integration guidelines" */
export const bflImages: ImagesVendor = ({ prompt, size, given, fileType, others }) => ({
  most: 1,
  step: () => ({
    body: jsonBody(compact({
      ...others, prompt, ...(typeof size === "object" ? size : { aspect_ratio: size }), output_format: fileType === "jpeg" || fileType === "png" ? fileType : undefined,
      ...Object.fromEntries(given.map((image, i) => [i === 0 ? "input_image" : `input_image_${i + 1}`, image.bytes.toString("base64")])),
    })),
  }),
  async settle(reply, send, call) {
    const { id, polling_url: told } = replyOf(reply);
    const url = ownAddress(textOf(told), call) ?? new URL(`get_result?id=${encodeURIComponent(textOf(id))}`, call);
    if (textOf(id) === "") throw badReply("The upstream's reply names no task.");
    return looked(() => get(send, url), ({ status }) => {
      if (status === "Ready") return "made";
      return /^(Error|Failed|Request Moderated|Content Moderated|Task not found)$/.test(textOf(status)) ? { failed: textOf(status), policy: MODERATED.test(textOf(status)) } : "waiting";
    });
  },
  reply: byAddress(({ result }) => [asWire(result).sample]),
});

/** fal: a queue; the result is a call of its own, which may still be an error. @see fal, "Queue API" */
export const falImages: ImagesVendor = ({ prompt, size, given, others, fileType }) => ({
  most: 4,
  step: (count) => ({
    body: jsonBody(compact({
      ...others, prompt, num_images: count, ...(typeof size === "object" ? { image_size: size } : { aspect_ratio: size }), output_format: fileType,
      ...(given.length === 1 ? { image_url: dataUrl(given[0]!) } : given.length > 1 ? { image_urls: given.map(dataUrl) } : {}),
    })),
  }),
  async settle(reply, send, call) {
    const { request_id: id, status_url: status, response_url: response } = replyOf(reply);
    if (textOf(id) === "") throw badReply("The upstream's reply names no task.");
    // An application's own parts are not in the address of its requests.
    const own = `${call.pathname.split("/").slice(0, 3).join("/")}/requests/${encodeURIComponent(textOf(id))}`;
    const at = ownAddress(textOf(status), call) ?? below(call, `${own}/status`);
    await looked(() => get(send, at), ({ status: word, error }) => (word !== "COMPLETED" ? "waiting" : typeof error === "string" ? { failed: error, policy: MODERATED.test(error) } : "made"));
    return get(send, ownAddress(textOf(response), call) ?? below(call, own));
  },
  reply: byAddress((wire) => [...listOf(wire.images), wire.image].map((one) => asWire(one).url)),
});

/** Replicate: what a model takes is its own; the usual names are tried. @see Replicate, "HTTP API" */
export const replicateImages: ImagesVendor = ({ prompt, size, given, others, fileType }, _model, warn) => ({
  most: 1,
  step: () => ({
    headers: { prefer: "wait=60" },
    body: jsonBody({
      input: compact({
        prompt, ...(size === undefined ? {} : { aspect_ratio: nearestRatio(size, REPLICATE_RATIOS, warn) }), output_format: fileType === "jpeg" ? "jpg" : fileType,
        ...(given.length > 0 && { image: dataUrl(given[0]!) }), ...(given.length > 1 && { input_images: given.map(dataUrl) }), ...others,
      }),
    }),
  }),
  async settle(reply, send, call) {
    const first = replyOf({ ...reply, body: Buffer.from(JSON.stringify({ ...asWire(JSON.parse(reply.body.toString("utf8")) as Wire), error: undefined })) });
    const id = textOf(first.id);
    if (id === "") throw badReply("The upstream's reply names no task.");
    const url = ownAddress(textOf(asWire(first.urls).get), call) ?? below(call, call.pathname.replace(/\/models\/.*$/, `/predictions/${encodeURIComponent(id)}`));
    let waiting: StepReply | undefined = reply; // it may be made already: the call was held open
    return looked(async () => {
      const now = waiting ?? await get(send, url);
      waiting = undefined;
      return now;
    }, ({ status, error }) => {
      if (status === "succeeded") return "made";
      return /^(failed|canceled|aborted)$/.test(textOf(status)) ? { failed: textOf(error) || textOf(status), policy: MODERATED.test(textOf(error)) } : "waiting";
    });
  },
  reply(reply) {
    const { output } = asWire(JSON.parse(reply.body.toString("utf8")) as Wire);
    const found = typeof output === "string" ? [output] : listOf(output);
    return { pictures: found.flatMap((one): Picture[] => (typeof one === "string" ? [{ url: one }] : [])) };
  },
});

const REPLICATE_RATIOS = ["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"];
const GRSAI_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5", "21:9"];

/** GrsAI: an id at once where no call back is wanted, then a call for the result. */
export const grsaiImages: ImagesVendor = ({ prompt, size, given, others }, model, warn) => ({
  most: 1,
  step: () => ({
    ...(model.includes("banana") && { path: (pathname: string) => pathname.replace(/[^/]+$/, "nano-banana") }),
    body: jsonBody(compact({
      ...others, model, prompt, webHook: "-1", shutProgress: true, urls: given.length > 0 ? given.map(dataUrl) : undefined,
      aspectRatio: size === undefined ? undefined : nearestRatio(size, GRSAI_RATIOS, warn),
    })),
  }),
  async settle(reply, send, call) {
    const id = textOf(asWire(replyOf(reply).data).id);
    if (id === "") throw badReply("The upstream's reply names no task.");
    const url = below(call, call.pathname.replace(/[^/]+$/, "result"));
    return looked(() => send({ url, body: jsonBody({ id }) }), ({ data }) => {
      const { status, failure_reason: reason, error } = asWire(data);
      if (status === "succeeded") return "made";
      return status === "failed" ? { failed: textOf(error) || textOf(reason), policy: MODERATED.test(textOf(reason)) } : "waiting";
    });
  },
  reply: byAddress(({ data }) => listOf(asWire(data).results).map((one) => asWire(one).url)),
});
