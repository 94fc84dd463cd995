import { bytesOf } from "#platform/outbound/body-part.ts";
import type { Json } from "#relay/canonical/request.ts";
import type { GivenImage } from "#relay/conversion/images/images-asked.ts";
import { asWire, listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { filesOf } from "#relay/http/body/form.ts";
import type { Form } from "#relay/http/body/form.ts";
import { RelayError } from "#relay/errors.ts";
import type { SendStep } from "#relay/upstream/scripted.ts";

/** A picture of the request before it is read: from the form, from the text, or from the address that the text gives. */
export type GivenSource = Readonly<{ outline: GivenImage; load(send: SendStep): Promise<GivenImage> }>;

const NOTHING = Buffer.alloc(0);
const DATA_URL = /^data:(image\/[\w.+-]+);base64,/;

/** @throws RelayError invalid_value for what is no picture */
export function givenImages(wire: Wire, form: Form | undefined): readonly GivenSource[] {
  if (form) {
    return [...filesOf(form, "image"), ...filesOf(form, "images")].map(({ fileName: name, type, body }) => {
      const outline = { bytes: NOTHING, type, name };
      return { outline, load: async () => ({ ...outline, bytes: await bytesOf(body) }) };
    });
  }
  const list = [...listOf(wire.images), ...(Array.isArray(wire.image) ? listOf(wire.image) : wire.image === undefined ? [] : [wire.image])];
  return list.map((one, at) => named(one, at));
}

function named(one: Json, at: number): GivenSource {
  const said = typeof one === "string" ? one : asWire(one).image_url ?? asWire(one).url;
  const address = typeof said === "string" ? said : textOf(asWire(said).url);
  const data = DATA_URL.exec(address), name = `image-${at + 1}`;
  if (data) {
    const picture = { type: data[1]!, name, bytes: Buffer.from(address.slice(data[0].length), "base64") };
    return { outline: picture, load: () => Promise.resolve(picture) };
  }
  const url = /^https?:/.test(address) ? URL.parse(address) : null;
  if (!url) throw new RelayError("invalid_value", `Invalid value for 'images[${at}]': expected a picture as a data URL or by its address.`, { param: "images" });
  const outline = { bytes: NOTHING, type: "image/png", name };
  return {
    outline,
    async load(send) {
      const { body, headers } = await send({ outside: true, method: "GET", url, body: [] });
      return { name, bytes: body, type: /^image\/[\w.+-]+/.exec(String(headers["content-type"] ?? ""))?.[0] ?? typeOfPicture(body.toString("base64", 0, 12)) };
    },
  };
}

/** A picture inside the text of a request. */
export const dataUrl = ({ bytes, type }: GivenImage): string => `data:${type};base64,${bytes.toString("base64")}`;

/** What a base64 text begins with tells its kind. */
const KINDS: readonly (readonly [start: string, type: string])[] = [["iVBORw0KGgo", "image/png"], ["/9j/", "image/jpeg"], ["UklGR", "image/webp"], ["R0lGOD", "image/gif"]];

/** The media type of a picture in base64. */
export const typeOfPicture = (base64: string): string => KINDS.find(([start]) => base64.startsWith(start))?.[1] ?? "image/png";
