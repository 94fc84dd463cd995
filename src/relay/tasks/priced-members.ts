import { RelayError } from "#relay/errors.ts";
import type { JsonObject } from "#relay/providers/provider.ts";

/** What prices go by, under all the names that vendors have for it, and the shop's own word. */
const PRICED: Readonly<Record<string, string>> = {
  model: "model", model_name: "model", model_id: "model", req_key: "model",
  seconds: "seconds", duration: "seconds", duration_seconds: "seconds", durationSeconds: "seconds", video_length: "seconds",
  frames: "seconds", num_frames: "seconds", frame_num: "seconds",
  size: "size", resolution: "resolution", mode: "resolution", width: "size", height: "size",
  n: "n", num: "n", count: "n", sampleCount: "n", sample_count: "n", num_videos: "n", batch_size: "n",
};

/** Some vendors' parameters stand one level deeper. */
const DEEPER = ["parameters", "input"] as const;

/**
 * Parameters of the vendor's own pass as they are, so what a price goes by must not stand among them: it would be made
 * and not be paid for.
 *
 * @param metadata the client's parameters for the vendor
 * @throws RelayError invalid_value
 */
export function refusePriced(metadata: JsonObject): void {
  refuse(metadata, "metadata");
  for (const name of DEEPER) {
    const inner = metadata[name];
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) refuse(inner as JsonObject, `metadata.${name}`);
  }
}

function refuse(members: JsonObject, place: string): void {
  const name = Object.keys(members).find((key) => Object.hasOwn(PRICED, key));
  if (name === undefined) return;
  throw new RelayError("invalid_value", `'${place}.${name}' cannot be given here, as the price goes by it. Send '${PRICED[name]}' beside 'metadata' instead.`, { param: `${place}.${name}` });
}
