import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { badReply } from "#relay/conversion/calls/vendor-reply.ts";
import { warningsOf } from "#relay/conversion/calls/warnings.ts";
import { geminiImages, isImagen } from "#relay/conversion/images/gemini-images.ts";
import { givenImages, typeOfPicture } from "#relay/conversion/images/given.ts";
import { ideogramImages } from "#relay/conversion/images/ideogram.ts";
import { readImages } from "#relay/conversion/images/images-asked.ts";
import type { ImagesReply, ImagesVendor, Picture } from "#relay/conversion/images/images-vendor.ts";
import { nativePredict } from "#relay/conversion/images/native-predict.ts";
import { bflImages, falImages, grsaiImages, replicateImages } from "#relay/conversion/images/polled-vendors.ts";
import { arkImages, dashscopeImages, minimaxImages, openrouterImages, recraftImages, siliconflowImages, stabilityImages, xaiImages } from "#relay/conversion/images/vendors.ts";
import { imageItem } from "#relay/dialects/media-kit/image-work.ts";
import { asWire, compact, parseWire } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { inParallel } from "#relay/upstream/scripted.ts";
import type { SendStep } from "#relay/upstream/scripted.ts";

/** Calls that make the pictures of one request, all under way at once. */
const CALLS_MAX = 4;

const converted = (vendor: ImagesVendor): CallCodec => ({ dialect, body, form, strict, atMs }, { upstreamModel }) => {
  const { codes, warn } = warningsOf(strict);
  const wire = asWire(parseWire(body.toString("utf8")));
  const sources = givenImages(wire, form);
  const asked = readImages(wire, sources.map(({ outline }) => outline));
  if (wire.mask !== undefined) warn("mask_dropped");
  const planned = vendor(asked, upstreamModel, warn);
  if (asked.count > planned.most * CALLS_MAX) throw new RelayError("invalid_value", `Invalid value for 'n': expected at most ${planned.most * CALLS_MAX} for this model.`, { param: "n" });
  // There is no place where it could be fetched from later: the address holds the picture itself.
  if (asked.form === "url" && planned.givesBase64) warn("url_inlined");
  const calls = Array.from({ length: Math.ceil(asked.count / planned.most) }, (_, at) => Math.min(planned.most, asked.count - at * planned.most));
  let made = 0;
  const item = imageItem(typeof asked.size === "object" ? asked.sizeText : undefined, asked.quality);
  return {
    warnings: codes, parts: NO_PARTS,
    spent: () => (made === 0 ? undefined : { items: { [item]: made } }),
    async script(send, call) {
      const maker = sources.length === 0 ? planned : vendor({ ...asked, given: await Promise.all(sources.map(({ load }) => load(send))) }, upstreamModel, noted);
      const replies = await inParallel(calls, CALLS_MAX, async (count) => {
        const { path, ...step } = maker.step(count);
        const url = path ? withPath(call.url, path) : call.url;
        const answered = await send({ ...step, url });
        const reply = maker.reply(maker.settle ? await maker.settle(answered, send, url) : answered);
        const pictures = reply.pictures.filter(({ url = "", base64 = "" }) => url !== "" || base64 !== "");
        if (pictures.length === 0) throw badReply("The upstream's reply holds no picture.");
        made += pictures.length;
        return { ...reply, pictures };
      });
      const pictures = replies.flatMap((reply) => reply.pictures).slice(0, asked.count);
      const data = await inParallel(pictures, CALLS_MAX, (picture) => inForm(picture, asked.form, send));
      return Buffer.from(JSON.stringify(compact({
        created: Math.floor(atMs / 1000), data, size: replies[0]!.size ?? (typeof asked.size === "object" ? asked.sizeText : undefined),
        quality: asked.quality, usage: usageOf(replies),
      })));
    },
    reader: dialect,
  };
};

/** What is left out has been told. */
const noted = (): void => undefined;

/** As address or as base64, whichever was asked for; what nobody asked for stays as it came. */
async function inForm({ url, base64, type, revisedPrompt }: Picture, form: "url" | "b64_json" | undefined, send: SendStep): Promise<Wire> {
  const revised: Wire = revisedPrompt === undefined ? {} : { revised_prompt: revisedPrompt };
  if (form === "b64_json" && base64 === undefined) {
    const address = URL.parse(url!);
    if (!address) throw badReply("The upstream's reply names no address.");
    const { body } = await send({ outside: true, method: "GET", url: address, body: [] });
    return { b64_json: body.toString("base64"), ...revised };
  }
  if (form === "url" && url === undefined) return { url: `data:${type ?? typeOfPicture(base64!)};base64,${base64!}`, ...revised };
  return { ...(url === undefined || (form === undefined && base64 !== undefined) ? { b64_json: base64! } : { url }), ...revised };
}

/** Counts of all calls together; undefined where one of them told none. */
function usageOf(replies: readonly ImagesReply[]): Wire | undefined {
  const all = replies.map(({ usage }) => usage);
  return all.reduce((sum, one) => (sum && one ? added(sum, one) : undefined));
}

function added(a: Wire, b: Wire): Wire {
  const sum: Record<string, Wire[string]> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const before = sum[name];
    if (typeof value === "number") sum[name] = (typeof before === "number" ? before : 0) + value;
    else if (typeof value === "object" && value !== null && !Array.isArray(value)) sum[name] = added(asWire(before), asWire(value));
  }
  return sum;
}

function withPath(url: URL, path: (pathname: string) => string): URL {
  const own = new URL(url);
  own.pathname = path(own.pathname);
  return own;
}

/** Pictures by the protocol that they are asked for in. */
export const imagesCodecs = {
  "gemini-images": ((asked, target) => (asked.dialect.asked?.()?.format === "gemini-images" && isImagen(target.upstreamModel) ? nativePredict(asked) : converted(geminiImages)(asked, target))) satisfies CallCodec,
  "minimax-images": converted(minimaxImages),
  "dashscope-images": converted(dashscopeImages),
  "ark-images": converted(arkImages),
  "recraft-images": converted(recraftImages),
  "stability-images": converted(stabilityImages),
  "openrouter-images": converted(openrouterImages),
  "siliconflow-images": converted(siliconflowImages),
  "xai-images": converted(xaiImages),
  "ideogram-images": converted(ideogramImages),
  "bfl-images": converted(bflImages),
  "fal-images": converted(falImages),
  "replicate-images": converted(replicateImages),
  "grsai-images": converted(grsaiImages),
} as const;
