import { endpointsOf, providers } from "#relay/providers/index.ts";
import type { Provider, TaskEndpoint } from "#relay/providers/provider.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { circuitOf } from "#relay/routing/health.ts";
import type { Choice } from "#relay/routing/router.ts";
import { speaksForm } from "#relay/tasks/protocols/index.ts";
import type { TaskVendor } from "#relay/tasks/task-call.ts";
import type { Task, TaskForm, TaskOrigin } from "#relay/tasks/task.ts";
import { tiersFor } from "#snapshot/wildcards.ts";
import type { Channel, Model, Snapshot } from "#snapshot/snapshot.ts";

const CONNECT_MS = 5_000;

/** Everybody who could make it, whatever their health. What goes on from a task is its maker's alone. */
export function taskOffers(snapshot: Snapshot, groupId: string, model: Model, form: TaskForm, origin: TaskOrigin | undefined): readonly Offer[] {
  const offers: Offer[] = [];
  for (const { priority, routes } of tiersFor(snapshot, groupId, model)) {
    for (const route of routes) {
      const provider = providers.get(route.channel.provider);
      if (!provider || (route.channel.keys.length === 0 && provider.keyless !== true)) continue;
      if (origin && origin.channelId !== route.channel.id) continue;
      const able = (provider.tasks ?? []).filter(({ protocol }) => speaksForm(form, protocol));
      // Who speaks the client's own form loses nothing of what it says.
      const task = able.find(({ protocol }) => protocol === form) ?? able[0];
      if (task) offers.push({ route, provider, endpoints: [], circuits: [circuitOf(route, task.protocol)], priority, task });
    }
  }
  return offers;
}

export const vendorOfChoice = ({ offer: { route: { channel, upstreamModel }, provider, task }, key }: Choice): TaskVendor =>
  ({ provider, endpoint: task!, baseUrl: channel.baseUrl, secret: key?.secret() ?? "", connectMs: channel.timeouts.connectMs ?? CONNECT_MS, settings: channel.settings, upstreamModel });

/** What is needed of the channel that a task is with. */
export type ChannelOfTask = Pick<Channel, "provider" | "baseUrl" | "timeouts" | "keys" | "settings">;

/** Where a provider that speaks Responses is asked for answers that it makes in the background. */
export function backgroundEndpoint(provider: Provider): TaskEndpoint | undefined {
  const found = endpointsOf(provider, "chat").find(({ dialect, path, baseUrl }) => dialect === "openai-responses" && path === "/responses" && baseUrl === undefined);
  return found && { protocol: "openai-responses", ...(found.basePath !== undefined && { basePath: found.basePath }), ...(found.authorize && { authorize: found.authorize }) };
}

/** Who made a task, with the key that it was made with, or else another of the same channel. */
export function vendorOfTask(channel: ChannelOfTask | undefined, task: Task): TaskVendor | undefined {
  const provider = channel && providers.get(channel.provider);
  const endpoint = provider && (task.protocol === "openai-responses" ? backgroundEndpoint(provider) : provider.tasks?.find(({ protocol }) => protocol === task.protocol));
  if (!provider || !endpoint) return undefined;
  const key = channel.keys.find(({ id }) => id === task.credential) ?? channel.keys.find(({ active }) => active) ?? channel.keys[0];
  return { provider, endpoint, baseUrl: channel.baseUrl, secret: key?.secret() ?? "", connectMs: channel.timeouts.connectMs ?? CONNECT_MS, settings: channel.settings, upstreamModel: task.upstreamModel ?? "" };
}
