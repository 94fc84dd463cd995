type Headers = Readonly<Record<string, string>>;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * How long a vendor asks us to stay away, from its reply's headers: `retry-after-ms` (OpenAI), `retry-after` (RFC 9110:
 * seconds or a date), else the latest reset of a limit that is used up (`x-ratelimit-reset-*`: `1m2s`, seconds;
 * `anthropic-ratelimit-*-reset`: a date).
 *
 * @param nowMs wall clock, for dates
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const exact = number(headers["retry-after-ms"]);
  if (exact !== undefined) return exact;
  const stated = headers["retry-after"];
  if (stated !== undefined) return seconds(stated) ?? until(stated, nowMs);
  let latest: number | undefined;
  for (const name in headers) {
    const kind = /^(?:x-ratelimit-reset-(.+)|anthropic-ratelimit-(.+)-reset)$/.exec(name);
    if (!kind) continue;
    const remaining = headers[`x-ratelimit-remaining-${kind[1]}`] ?? headers[`anthropic-ratelimit-${kind[2]}-remaining`];
    if (remaining !== undefined && Number(remaining) > 0) continue;
    const wait = duration(headers[name]!) ?? seconds(headers[name]!) ?? until(headers[name]!, nowMs);
    if (wait !== undefined && (latest === undefined || wait > latest)) latest = wait;
  }
  return latest;
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function seconds(text: string): number | undefined {
  const value = number(text);
  // A large number is an instant (seconds since 1970), which some gateways send.
  return value === undefined || value > 1e9 ? undefined : value * 1_000;
}

/** `1m2.5s`, `300ms`. */
function duration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) sum += Number(value) * UNITS[unit!]!;
  return sum;
}

function until(text: string, nowMs: number): number | undefined {
  const epoch = number(text);
  const at = epoch !== undefined ? epoch * 1_000 : Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
