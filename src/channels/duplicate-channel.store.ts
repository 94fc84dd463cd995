import { ActRefused, type Trace } from "#catalog/index.ts";
import { createChannel, setChannelGroups, setChannelModels } from "#channels/channels.store.ts";
import { lockChannel } from "#channels/channel-acts.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const NAME_MAX = 100;
const TRIES = 1_000;

/**
 * Makes a second channel with the same settings, models, groups and costs. Keys stay where they are: the copy has
 * none, and is off until somebody gives it some.
 *
 * @throws ActRefused not_found
 */
export async function duplicateChannel(tx: Queryable, id: string): Promise<Readonly<{ id: string; name: string; trace: Trace }>> {
  const source = await lockChannel(tx, id);
  const name = await freeName(tx, source.name);
  const { provider, baseUrl, protocol, priority, weight, keyMode, costPpm } = source;
  const copy = await createChannel(tx, name, provider, {
    baseUrl, protocol, priority, weight, keyMode, costPpm, status: "disabled", reason: "new",
    limits: source.limits as Record<string, number>, timeouts: source.timeouts as Record<string, number>, settings: source.settings as Record<string, unknown>,
  });
  await setChannelModels(tx, copy, new Map(Object.entries((source.models as Record<string, string> | null) ?? {})));
  await setChannelGroups(tx, copy, (source.groupIds as readonly string[] | null) ?? []);
  await tx.query(
    `INSERT INTO cost_versions (channel_id, upstream_model, currency, effective_from, doc)
     SELECT DISTINCT ON (upstream_model, currency) $2, upstream_model, currency, clock_timestamp(), doc FROM cost_versions
      WHERE channel_id = $1 AND effective_from <= clock_timestamp() ORDER BY upstream_model, currency, effective_from DESC`, [id, copy]);
  return { id: copy, name, trace: { action: "channel.duplicate", target: { type: "channel", id: name }, after: { from: source.name, provider, baseUrl, models: source.models, groups: source.groupIds } } };
}

/** `main (2)`, or the next number that is free; a copy of a copy counts on. */
async function freeName(tx: Queryable, of: string): Promise<string> {
  const stem = of.replace(/ \(\d+\)$/, "");
  const { rows } = await tx.query<{ name: string }>("SELECT name FROM channels WHERE starts_with(name, left($1, $2))", [stem, NAME_MAX - 8]);
  const taken = new Set(rows.map(({ name }) => name));
  for (let number = 2; number < TRIES; number += 1) {
    const ending = ` (${number})`;
    const name = `${stem.slice(0, NAME_MAX - ending.length)}${ending}`;
    if (!taken.has(name)) return name;
  }
  throw new ActRefused("name_taken", stem);
}
