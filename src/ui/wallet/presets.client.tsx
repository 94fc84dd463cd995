"use client";
import { useTranslations } from "next-intl";
import { reasonOf } from "#ui/account/reason.ts";
import { formatExact } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import type { Price } from "#ui/wallet/price-lines.client.tsx";

/** The amount that is chosen to begin with, where it is offered. */
export const START = 20_000_000_000n;

const PROBLEMS = ["too_little", "too_much", "too_many_orders", "new_account", "below_minimum", "card_off", "provider", "verify"] as const;
/** What went wrong with an order, as the name of a text. */
export function problemKey(error: unknown): `problems.${(typeof PROBLEMS)[number] | "failed"}` {
  return `problems.${PROBLEMS.find((known) => known === reasonOf(error)) ?? "failed"}`;
}

/** No row of amounts is left with one alone. */
const PRESET_COLUMNS: Readonly<Record<number, string>> = { 1: "grid-cols-2", 2: "grid-cols-2", 3: "grid-cols-3", 4: "grid-cols-2 sm:grid-cols-4" };

/** The amounts that are offered, one of them chosen. */
export function Presets({ presets, amount, onChoose }: { presets: readonly Price[]; amount: bigint | undefined; onChoose: (amount: bigint) => void }) {
  const t = useTranslations("wallet.topUp");
  const bonuses = presets.some(({ bonusNano }) => bonusNano > 0n);
  return (
    <fieldset>
      <legend className="sr-only">{t("presets")}</legend>
      <div className={cn("grid gap-2", PRESET_COLUMNS[presets.length] ?? "grid-cols-3 sm:grid-cols-5")}>
        {presets.map(({ creditNano, bonusNano }) => (
          <label key={creditNano} className={cn("relative flex min-h-11 cursor-pointer flex-col justify-center rounded-control border px-2.5 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent", creditNano === amount ? "border-accent bg-accent-soft" : "hover:bg-muted")}>
            <input type="radio" name="preset" className="sr-only" checked={creditNano === amount} onChange={() => onChoose(creditNano)} />
            <span className="nums font-semibold">{whole(creditNano)}</span>
            {bonuses ? <span className="nums text-12 whitespace-nowrap text-ok">{bonusNano > 0n ? `+${whole(bonusNano)}` : "\u00a0"}</span> : null}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const whole = (nano: bigint): string => formatExact(nano).replace(/\.00$/, "");
