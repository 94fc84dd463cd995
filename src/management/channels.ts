import type { Pool } from "pg";
import { z } from "zod";
import { modelNameField } from "#catalog/index.ts";
import { CAPABILITIES, channelSettingsField, editChannel, findChannelSettings, noteLearnt, PROTOCOLS, staffAct, staffActOrNothing, withoutProxyPassword } from "#channels/index.ts";
import { ManagementError } from "#management/errors.ts";
import { fromCursor, listSchema, page } from "#management/json.ts";
import { route, type Route } from "#management/route.ts";
import { listChannelHealth, type ChannelHealth } from "#reports/index.ts";

const query = z.strictObject({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) });

const channelSchema = z.strictObject({
  id: z.uuid(), number: z.int(), name: z.string(), provider: z.string(), base_url: z.string().nullable(), status: z.string(), reason: z.string().nullable(),
  priority: z.int(), weight: z.int(), models: z.array(z.string()), groups: z.array(z.string()),
  keys: z.array(z.strictObject({
    id: z.uuid(), suffix: z.string(), fingerprint: z.string(), status: z.string(), reason: z.string().nullable(), disabled_at: z.string().nullable(),
    attempts: z.int(), failures: z.int(), last_error: z.string().nullable(), last_used_at: z.string().nullable(),
  })),
});

export const channelRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/channels",
    permission: "channels:read",
    summary: "Channels with the health of each key (attempts and failures of the last 15 minutes)",
    query,
    response: listSchema(channelSchema),
    async handle({ deps, query: asked }) {
      const afterNumber = asked.cursor === undefined ? 0 : Number(fromCursor(asked.cursor));
      if (!Number.isSafeInteger(afterNumber)) throw new ManagementError("invalid_request", "The cursor is not one of ours.");
      const { rows, next_cursor } = page(await listChannelHealth(deps.pool, { afterNumber, limit: asked.limit + 1 }), asked.limit, ({ number }) => String(number));
      return { body: { data: rows.map(channelBody), next_cursor } };
    },
  }),
  route({
    method: "POST",
    path: "/channels/{name}/test",
    permission: "channels:test",
    summary: "Sends a real small request through the channel, at the shop's own cost; below a wildcard, for the model that is named",
    query: z.strictObject({ model: modelNameField.optional() }),
    response: z.strictObject({
      ok: z.boolean(), status: z.int().nullable(), latency_ms: z.number().nullable(), model: z.string().nullable(), request_id: z.string().nullable(), error: z.string().nullable(),
    }),
    async handle({ deps, params, query: { model } }) {
      const test = await deps.testChannel(params.name!, model);
      if (!test) throw new ManagementError("not_found", "There is no channel of this name.");
      return {
        body: {
          ok: test.ok, status: test.status ?? null, latency_ms: test.latencyMs ?? null, model: test.model ?? null, request_id: test.requestId ?? null, error: test.error ?? null,
        },
      };
    },
  }),
  route({
    method: "POST",
    path: "/channels/{name}/vendor-models",
    permission: "channels:test",
    summary: "Asks the vendor for its models and compares them with what the channel serves; nothing changes",
    response: z.strictObject({
      listed: z.boolean(), note: z.string().nullable(),
      models: z.array(z.strictObject({ upstream_name: z.string(), name: z.string(), served: z.boolean(), known: z.enum(["sold", "priced", "unpriced", "unknown"]) })),
      gone: z.array(z.strictObject({ name: z.string(), upstream_name: z.string() })),
    }),
    async handle({ deps, params }) {
      const { id } = await channelByName(deps.pool, params.name!);
      const found = await deps.vendorModels(id);
      if (!found) throw new ManagementError("not_found", "There is no channel of this name.");
      return {
        body: {
          listed: found.models !== undefined, note: found.note ?? null,
          models: (found.models ?? []).map(({ upstreamName, publicName, served, known }) => ({ upstream_name: upstreamName, name: publicName, served, known })),
          gone: (found.gone ?? []).map(({ publicName, upstreamName }) => ({ name: publicName, upstream_name: upstreamName })),
        },
      };
    },
  }),
  route({
    method: "POST",
    path: "/channels/{name}/learn",
    permission: "channels:write",
    summary: "Finds out by a few small requests what a model cannot do here and which protocols the host has not, and keeps it in the settings",
    body: z.strictObject({ model: modelNameField }),
    response: z.strictObject({ ok: z.boolean(), note: z.string().nullable(), without: z.array(z.enum(PROTOCOLS)), lacks: z.array(z.enum(CAPABILITIES)), changed: z.boolean(), requests: z.int() }),
    async handle({ deps, actor, params, body: { model } }) {
      const { id } = await channelByName(deps.pool, params.name!);
      const learnt = await deps.learnChannel(id, model);
      if (!learnt) throw new ManagementError("not_found", "There is no channel of this name.");
      const { ok, note = null, without, lacks, requests } = learnt;
      const changed = ok && await staffActOrNothing(deps.pool, { actor, auditKey: deps.keys.auditKey, nowMs: Date.now() }, (tx) => noteLearnt(tx, id, { model, lacks, without }));
      return { body: { ok, note, without, lacks, changed, requests }, ...(changed && { audited: true as const }) };
    },
  }),
  route({
    method: "GET",
    path: "/channels/{name}/settings",
    permission: "channels:read",
    summary: "What the channel changes of its requests: overrides, headers, words of the shop's own, flags, capabilities",
    response: channelSettingsField,
    async handle({ deps, params }) {
      return { body: (await channelByName(deps.pool, params.name!)).settings };
    },
  }),
  route({
    method: "POST",
    path: "/channels/{name}/settings",
    permission: "channels:write",
    summary: "Makes these all the settings of the channel; what is left out is off",
    body: channelSettingsField,
    response: channelSettingsField,
    async handle({ deps, actor, params, body }) {
      const { id } = await channelByName(deps.pool, params.name!);
      await staffAct(deps.pool, { actor, auditKey: deps.keys.auditKey, nowMs: Date.now() }, async (tx) => ({ result: undefined, traces: [await editChannel(tx, id, undefined, { settings: body }, deps.sealer)] }));
      return { body: withoutProxyPassword(body).settings, audited: true };
    },
  }),
];

async function channelByName(pool: Pool, name: string) {
  const channel = await findChannelSettings(pool, name);
  if (!channel) throw new ManagementError("not_found", "There is no channel of this name.");
  return channel;
}

const channelBody = (channel: ChannelHealth) => ({
  id: channel.id, number: channel.number, name: channel.name, provider: channel.provider, base_url: channel.baseUrl, status: channel.status, reason: channel.reason,
  priority: channel.priority, weight: channel.weight, models: channel.models, groups: channel.groups,
  keys: channel.keys.map((key) => ({
    id: key.id, suffix: key.suffix, fingerprint: key.fingerprint, status: key.status, reason: key.reason, disabled_at: key.disabledAt,
    attempts: key.attempts, failures: key.failures, last_error: key.lastError, last_used_at: key.lastUsedAt,
  })),
});
