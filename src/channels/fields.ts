import { z } from "zod";
import { countField, mappingProblem, nameField, soldNameField } from "#catalog/index.ts";

// What may stand in a channel's fields, whoever fills them in: store file or back office.

/** Overrides of what a provider speaks. */
export const PROTOCOLS = ["chat", "responses", "messages", "gemini"] as const;
/** How a channel with several keys chooses one. */
export const KEY_MODES = ["round_robin", "random", "sticky", "least_used"] as const;

const milliseconds = countField(1, 3_600_000).optional();

const upstreamName = z.string().min(1).max(500);

export const channelField = {
  name: nameField(100),
  baseUrl: z.url({ protocol: /^https?$/, error: "must be an http or https address" }),
  protocol: z.enum(PROTOCOLS),
  key: z.string().min(1).max(20_000),
  keyMode: z.enum(KEY_MODES),
  upstreamName,
  /** What it serves, by the shop's names, under which of the vendor's. */
  models: z.record(soldNameField, upstreamName).superRefine((models, context) => {
    for (const [name, upstream] of Object.entries(models)) {
      const problem = mappingProblem(name, upstream);
      if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem });
    }
  }),
  priority: countField(-1_000_000, 1_000_000),
  weight: countField(0, 1_000_000),
  limits: z.strictObject({ rpm: countField(0, 1e9).optional(), tpm: countField(0, 1e9).optional(), concurrency: countField(0, 1e9).optional() }),
  timeouts: z.strictObject({ connect_ms: milliseconds, first_byte_ms: milliseconds, idle_ms: milliseconds, total_ms: milliseconds }),
} as const;
