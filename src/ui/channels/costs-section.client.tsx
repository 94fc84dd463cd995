"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatPercent } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { RadioCards, TextField } from "#ui/kit/fields.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { factorText, type Channel, type ChannelCost } from "#ui/channels/wire.ts";
import { digitsOf, parseUsd, usdText } from "#ui/prices/price-math.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

/** The items that the form asks for, and the word that each is sent by. */
const WORDS = { input: "input", cache_read: "cache_read", cache_write_5m: "cache_write_5m", cache_write_1h: "cache_write_1h", output: "output", image: "per_image", request: "per_request" } as const;
type Item = keyof typeof WORDS;
const ITEMS = Object.keys(WORDS) as Item[];
const isItem = (name: string): name is Item => name in WORDS;
/** An item that the form does not ask for, or a rule beside the prices: such a cost is changed in a store file only. */
const isPlain = ({ own, complex }: ChannelCost): boolean => !complex && Object.keys(own ?? {}).every((word) => Object.values<string>(WORDS).includes(word));

/** What the vendor takes for each model on this channel: by the channel's factor, or a cost of its own. */
export function CostsSection({ channel, readOnly }: { channel: Channel; readOnly: boolean }) {
  const t = useTranslations("channels.costs");
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.channels.costs.queryOptions({ id: channel.id }));
  const [editing, setEditing] = useState<ChannelCost>();
  if (query.isError && !query.data) return <ErrorState onRetry={() => void query.refetch()} className="p-0" />;
  if (!query.data) return <SkeletonText lines={4} />;
  if (query.data.length === 0) return <p className="text-fg-2">{t("none")}</p>;
  return (
    <>
      <div className="tbl-scroll" tabIndex={0} role="region" aria-label={t("title")}>
        <table className="tbl tbl-dense tbl-flush w-full">
          <thead>
            <tr><th scope="col">{t("model")}</th><th scope="col" className="num">{t("input")}</th><th scope="col" className="num max-md:hidden">{t("cacheRead")}</th><th scope="col" className="num">{t("output")}</th><th scope="col" className="num max-sm:hidden">{t("margin")}</th><th scope="col" className="max-md:hidden">{t("from")}</th>{readOnly ? null : <th scope="col"><span className="sr-only">{t("edit")}</span></th>}</tr>
          </thead>
          <tbody>
            {query.data.map((row) => (
              <tr key={row.publicName}>
                <td className="max-w-60 max-sm:max-w-32 max-sm:py-1.5!" title={row.upstreamName}><span className="block truncate">{row.publicName}</span><span className="block text-12 text-fg-3 sm:hidden">{t("margin")} <Margin row={row} /></span></td>
                <td className="num">{costText(row, "input")}</td>
                <td className="num text-fg-2 max-md:hidden">{costText(row, "cache_read")}</td>
                <td className="num">{costText(row, "output")}</td>
                <td className="num max-sm:hidden"><Margin row={row} /></td>
                <td className="text-fg-2 max-md:hidden">{row.own ? t.rich("own", { time: () => <Time at={row.since} /> }) : t("factor", { factor: factorText(channel.costPpm ?? 0) })}</td>
                {readOnly ? null : <td className="num">{isPlain(row) ? <Button size="sm" aria-label={t("editOf", { model: row.publicName })} onClick={() => setEditing(row)}>{t("edit")}</Button> : <span className="text-13 text-fg-3" title={t("complexText")}>{t("complex")}</span>}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint mt-2">{t("note")}</p>
      {editing ? <CostDialog key={editing.upstreamName} channel={channel} row={editing} onClose={() => setEditing(undefined)} /> : null}
    </>
  );
}

const costText = ({ cost }: ChannelCost, item: Item): string => {
  const pico = cost[item];
  return pico === undefined || pico === null ? "—" : usdText(pico, digitsOf(item));
};

/** The worst of the items, at list price. */
function Margin({ row: { cost, price } }: { row: ChannelCost }) {
  const margins = Object.entries(price).flatMap(([item, asked]) => {
    const taken = cost[item];
    return taken === undefined || taken === null || asked === 0n ? [] : [Number(((asked - taken) * 1_000_000n) / asked)];
  });
  const least = margins.length === 0 ? undefined : Math.min(...margins);
  return <span className={cn("nums", least !== undefined && least < 0 && "text-bad")}>{formatPercent(least === undefined ? undefined : least / 1_000_000)}</span>;
}

function CostDialog({ channel, row, onClose }: { channel: Channel; row: ChannelCost; onClose: () => void }) {
  const t = useTranslations("channels.costs");
  const words = useTranslations("prices");
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const known = Object.keys({ ...row.price, ...row.cost }).filter(isItem);
  const pieces = known.length > 0 && !known.includes("input");
  const items = ITEMS.filter((item) => known.includes(item) || (!pieces && (item === "input" || item === "cache_read" || item === "output")));
  const [kind, setKind] = useState<"factor" | "own">("own");
  const [texts, setTexts] = useState<Partial<Record<Item, string>>>(() => Object.fromEntries(items.flatMap((item) => {
    const own = row.own?.[WORDS[item]];
    const cost = row.own ? own : row.cost[item] === undefined || row.cost[item] === null ? undefined : usdText(row.cost[item], digitsOf(item));
    return cost === undefined ? [] : [[item, cost]];
  })));
  const [busy, setBusy] = useState(false);
  const problems = items.map((item) => ({ item, parsed: parseUsd(texts[item] ?? "", digitsOf(item)) })).filter(({ parsed }) => "problem" in parsed && parsed.problem !== "empty").map(({ item }) => item);
  const typed = items.filter((item) => (texts[item] ?? "").trim() !== "");
  const ready = kind === "factor" || (problems.length === 0 && typed.length > 0);
  const save = async () => {
    setBusy(true);
    const cost = kind === "factor" ? null : Object.fromEntries(typed.map((item) => [WORDS[item], texts[item]!.trim().replace(/^\$/, "").replaceAll(",", "")]));
    const done = await act(() => client.admin.channels.setCost.mutate({ id: channel.id, upstreamName: row.upstreamName, cost }), t("saved", { model: row.publicName }));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={t("editTitle", { model: row.publicName })} description={t("editText", { upstream: row.upstreamName })}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button variant="primary" busy={busy} disabled={!ready} onClick={() => void save()}>{t("save")}</Button></>}>
      <div className="flex flex-col gap-4">
        <RadioCards label={t("from")} value={kind} onChange={setKind} options={[{ value: "own", label: t("kinds.own"), hint: t("kinds.ownText") }, { value: "factor", label: t("kinds.factor"), hint: t("factor", { factor: factorText(channel.costPpm ?? 0) }) }]} />
        {kind === "own" ? (
          <div className="grid gap-3 sm:grid-cols-2">
            {items.map((item) => (
              <TextField key={item} label={words(`items.${item}`)} optional={item !== "input" && item !== "output"} prefix="$" unit={item === "image" ? t("perImage") : item === "request" ? t("perRequest") : t("perMillion")} inputMode="decimal" value={texts[item] ?? ""}
                error={problems.includes(item) ? t("bad") : undefined} onChange={(event) => setTexts({ ...texts, [item]: event.target.value })} />
            ))}
          </div>
        ) : null}
      </div>
      {dialog}
    </Dialog>
  );
}
