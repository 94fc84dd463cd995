import type { Pool } from "pg";
import { bookTest, readProbeSubject, saveLastTest, type ProbeSubject, type Sealer } from "#channels/index.ts";
import type { Pico } from "#money/amount.ts";
import { requestIdText } from "#platform/ids.ts";
import { learnChannel, type Learnt } from "#relay/probe-learn.ts";
import { probeChannel, type ProbeDeps, type ProbeReport } from "#relay/probe.ts";

export type ChannelTestWish = Readonly<{
  keyId?: string;
  /** Public name; default its first that has a price. */
  model?: string;
  /** Also by a stream, and with address and model list looked at. */
  full: boolean;
}>;

/** How a channel's test went, with what it cost the house. */
export type ChannelTestReport = ProbeReport & Readonly<{
  at: Date; model: string | undefined; keySuffix: string | undefined; requestIds: readonly string[]; costPico: Pico; channelId: string;
}>;

export type ChannelLearnt = Learnt & Readonly<{ requestIds: readonly string[]; costPico: Pico }>;

export interface ChannelTests {
  /** @returns undefined when there is no such channel */
  test(which: Readonly<{ id: string } | { name: string }>, wish: ChannelTestWish): Promise<ChannelTestReport | undefined>;
  /** What the host and its model turn out not to have, asked for one thing after the other; nothing is stored. @returns undefined when there is no such channel */
  learn(channelId: string, model: string): Promise<ChannelLearnt | undefined>;
  /** The vendor's own list of models. */
  models(channelId: string): Promise<ProbeReport | undefined>;
}

export type ChannelTestDeps = ProbeDeps & Readonly<{ pool: Pool; sealer: Pick<Sealer, "open">; clock: Readonly<{ now(): number }> }>;

/** Tests channels with real requests, at the house's cost. */
export function createChannelTests(deps: ChannelTestDeps): ChannelTests {
  const { pool, sealer, clock } = deps;
  return {
    async test(which, wish) {
      const subject = await readProbeSubject(pool, sealer, which, wish);
      if (!subject) return undefined;
      const nowMs = clock.now();
      const report = await probeChannel(deps, target(subject, wish.full));
      const { ids, costPico } = await bookTest(pool, subject, report.calls, nowMs);
      const test = {
        ...report, at: new Date(nowMs), model: subject.model?.publicName, keySuffix: subject.key?.suffix, requestIds: ids.map(requestIdText), costPico, channelId: subject.channelId,
      };
      await saveLastTest(pool, subject.channelId, { at: test.at, ok: test.ok, model: test.model, keySuffix: test.keySuffix, steps: test.steps, costPico: costPico.toString() });
      return test;
    },
    async learn(channelId, model) {
      const subject = await readProbeSubject(pool, sealer, { id: channelId }, { model });
      if (!subject) return undefined;
      const learnt = await learnChannel(deps, target(subject, true));
      const { ids, costPico } = await bookTest(pool, subject, learnt.calls, clock.now());
      return { ...learnt, requestIds: ids.map(requestIdText), costPico };
    },
    async models(channelId) {
      const subject = await readProbeSubject(pool, sealer, { id: channelId });
      if (!subject) return undefined;
      const { model: _model, ...asked } = target(subject, true);
      return probeChannel(deps, asked);
    },
  };
}

const target = (subject: ProbeSubject, full: boolean) => ({
  provider: subject.provider, settings: subject.settings, stream: full, list: full,
  ...(subject.protocol !== null && { protocol: subject.protocol }),
  ...(subject.baseUrl !== null && { baseUrl: subject.baseUrl }),
  ...(subject.key && { secret: subject.key.secret }),
  ...(subject.connectMs !== undefined && { connectMs: subject.connectMs }),
  ...(subject.model && { model: { upstreamName: subject.model.upstreamName, endpoints: subject.model.endpoints } }),
});
