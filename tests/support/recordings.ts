import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "#relay/canonical/request.ts";

export type ExpectedUsage = Readonly<{
  prompt: number | null;
  cached: number | null;
  cache_write: number | null;
  completion: number | null;
  reasoning: number | null;
  total?: number | null;
  finish_reason?: string | null;
  tool_calls?: number;
  text_sha256?: string;
  text_chars?: number;
  vendor_cost_usd?: number;
  stream_error?: Readonly<{ message?: string }>;
}>;

/** One recorded call of a vendor, as `index.json` lists it. */
export type Recording = Readonly<{
  dir: string;
  vendor: string;
  protocol: string;
  streaming: boolean;
  status: number;
  response: string;
  model?: string;
}>;

/** All recordings of the given protocols under `shared`. */
export function recordings(shared: string, protocols: readonly string[]): Recording[] {
  const { cases } = JSON.parse(readFileSync(join(shared, "fixtures/index.json"), "utf8")) as { cases: Recording[] };
  return cases.filter(({ protocol }) => protocols.includes(protocol));
}

/** The reply's bytes and what was read off it. */
export function readRecording(shared: string, { dir, response }: Recording): Readonly<{ bytes: Buffer; expected: ExpectedUsage | undefined }> {
  const folder = join(shared, "fixtures", dir);
  const meta = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as { expected_usage?: ExpectedUsage };
  return { bytes: readFileSync(join(folder, response)), expected: meta.expected_usage };
}

/** The bodies that were sent where they are known, with the folder of the recording. */
export function readSharedRequests(shared: string, protocol: string): (readonly [dir: string, body: JsonObject])[] {
  return recordings(shared, [protocol]).flatMap(({ dir }) => {
    const file = join(shared, "fixtures", dir, "request.json");
    return existsSync(file) ? [[dir, JSON.parse(readFileSync(file, "utf8")) as JsonObject] as const] : [];
  });
}
