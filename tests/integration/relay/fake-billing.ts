import { nano } from "#money/amount.ts";
import type { Ask, Billing, Hold, HoldMode, HoldSize, Refusal } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { RateCard } from "#money/rate-card.ts";

export type FakeBilling = Billing & {
  readonly asks: Ask[];
  readonly records: ChargeRecord[];
  /** Requests that waited and have begun. */
  readonly begun: string[];
  /** Holds that nobody has ended. */
  readonly open: Set<string>;
  /** Holds that ended without a charge. */
  released: number;
  refuse: Refusal | undefined;
  mode: HoldMode;
  /** Output tokens that a guarded stream may deliver. */
  outputMax: number;
  maxTokens: number | undefined;
  /** Delays every `finish`. */
  finishMs: number;
  /** What holds were raised to; `raises: false` refuses. */
  readonly raised: { card: RateCard; size: HoldSize | undefined }[];
  raises: boolean;
};

/** Money in memory: remembers what it was asked and told, and that every hold is ended exactly once. */
export function fakeBilling(): FakeBilling {
  const billing: FakeBilling = {
    asks: [], records: [], begun: [], open: new Set(), released: 0,
    refuse: undefined, mode: "rich", outputMax: Infinity, maxTokens: undefined, finishMs: 0, raised: [], raises: true,
    nodeId: "node",
    nodes: 1,
    ready: true,
    backlog: 0,
    admit(ask) {
      billing.asks.push(ask);
      if (billing.refuse) return Promise.resolve(billing.refuse);
      billing.open.add(ask.requestId);
      const hold: Hold = {
        mode: billing.mode,
        heldNano: nano(1_000_000n),
        ...(billing.maxTokens !== undefined && { maxTokens: billing.maxTokens }),
        begin: () => void billing.begun.push(ask.requestId),
        delivered: (tokens) => tokens <= billing.outputMax,
        raise(card, size) {
          billing.raised.push({ card, size });
          return Promise.resolve(billing.raises);
        },
        async finish(record) {
          if (!billing.open.delete(ask.requestId)) throw new Error("finished twice");
          if (billing.finishMs > 0) await new Promise((resolve) => setTimeout(resolve, billing.finishMs));
          billing.records.push(record);
        },
        release() {
          if (!billing.open.delete(ask.requestId)) throw new Error("finished twice");
          billing.released += 1;
        },
      };
      return Promise.resolve(hold);
    },
    admitDurable(ask) {
      billing.asks.push(ask);
      return Promise.resolve(billing.refuse ?? { heldNano: nano(1_000_000n) });
    },
    record: (record) => {
      billing.records.push(record);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return billing;
}
