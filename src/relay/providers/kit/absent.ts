import type { UpstreamFault } from "#relay/providers/kit/classify.ts";

/** How hosts say that there is nothing at an address, as against a model, a file or an item that there is not. */
const NO_ADDRESS = [
  /^not[ _]found\.?$|page not found|cannot post|method not allowed|no static resource/i,
  /\b(?:invalid|unknown|unrecognized)[ _](?:request )?(?:url|path|route|endpoint)|\burl[._ ]not[._ ]found/i,
  /\b(?:url|uri|path|route|endpoint)\b[^.]{0,80}(?:not (?:found|exist|supported|implemented|available)|(?:doesn't|does not) exist)/i,
  /\bno (?:matching )?(?:route|handler|endpoint)/i,
];
/** A vendor may call its models endpoints. */
const ABOUT_A_MODEL = /\bmodels?\b|model_|deployment/i;

/** Is there nothing at this address of the vendor's host? Then the same may be had at another. */
export function lacksAddress({ status, code = "", type = "", message }: UpstreamFault): boolean {
  if (status === 405 || status === 501) return true;
  if (status !== 404) return false;
  // A page for people, or nothing at all.
  if (message === undefined && code === "" && type === "") return true;
  const words = [code, type, message ?? ""];
  return !words.some((word) => ABOUT_A_MODEL.test(word)) && words.some((word) => NO_ADDRESS.some((way) => way.test(word)));
}
