"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { factorText, parseFactor, type Channel } from "#ui/channels/wire.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { SegmentedControl } from "#ui/kit/choice-fields.client.tsx";
import { NumberField, TextField } from "#ui/kit/fields.client.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { factorOf, MARKUP_PRESET } from "#ui/models-admin/markup-field.client.tsx";
import { SetupPart } from "#ui/setup/setup-frame.tsx";
import { PriceTable } from "#ui/setup/price-table.client.tsx";
import { useOffer, type Offer } from "#ui/setup/use-offer.client.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

const PRESETS = [0, 10, 30, 50] as const;
const MARKUP_MAX = 1_000;
/** A vendor with more has everything under the sun: then nothing is ticked by itself. */
const TICKED_MAX = 40;
const IMPORT_MAX = 200;

type Props = { channelId: string | null; onBack: () => void; onNext: () => void };

/** What the channel's models cost and what they are sold at; one click puts them on sale and the channel to work. */
export function PriceStep({ channelId, onBack, onNext }: Props) {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const channel = useQuery(trpc.admin.channels.get.queryOptions({ id: channelId ?? "" }, { enabled: channelId !== null }));
  const offer = useOffer(channel.data);
  const waiting = (
    <>
      <Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button>
      <Button variant="ghost" size="lg" onClick={onNext}>{t("later")}</Button>
    </>
  );
  if (channel.data && offer.data) return <Priced channel={channel.data} offer={offer.data} onBack={onBack} onNext={onNext} />;
  return (
    <SetupPart title={t("prices.title")} foot={waiting}>
      {channelId === null ? <EmptyState title={t("prices.noChannel")} text={t("prices.noChannelText")} action={<Button variant="primary" onClick={onBack}>{t("prices.toVendor")}</Button>} />
        : channel.isError || offer.isError ? <ErrorState onRetry={() => void Promise.all([channel.refetch(), offer.refetch()])} className="p-0" /> : <SkeletonText lines={8} />}
    </SetupPart>
  );
}

function Priced({ channel, offer, onBack, onNext }: { channel: Channel; offer: Offer; onBack: () => void; onNext: () => void }) {
  const t = useTranslations("setup");
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const priced = offer.models.filter(({ known }) => known === "priced" || known === "sold");
  const [percent, setPercent] = useState<number>(MARKUP_PRESET ?? 0);
  const [cost, setCost] = useState(() => factorText(channel.costPpm ?? 1_000_000));
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(priced.length <= TICKED_MAX ? priced.map(({ upstreamName }) => upstreamName) : priced.filter(({ served }) => served).map(({ upstreamName }) => upstreamName)));
  const [busy, setBusy] = useState(false);
  const costPpm = parseFactor(cost);
  const chosen = priced.filter(({ upstreamName }) => ticked.has(upstreamName)).slice(0, IMPORT_MAX);
  const publish = async () => {
    setBusy(true);
    const done = await act(async () => {
      const served = channel.models.map(({ publicName, upstreamName }) => [publicName, upstreamName] as const);
      await client.admin.channels.update.mutate({ id: channel.id, seen: channel.updatedAt, patch: { models: Object.fromEntries([...served, ...chosen.map(({ publicName, upstreamName }) => [publicName, upstreamName] as const)]), costPpm: costPpm ?? 1_000_000 } });
      const fresh = chosen.filter(({ known, catalogueKey }) => known !== "sold" && catalogueKey !== null);
      if (fresh.length > 0) await client.admin.models.importFromCatalogue.mutate({ entries: fresh.map(({ catalogueKey, publicName }) => ({ key: catalogueKey!, slug: publicName })), withPrices: true, factorPpm: factorOf(percent) });
      await client.admin.channels.setEnabled.mutate({ id: channel.id, enabled: true });
      return true;
    });
    setBusy(false);
    if (done) onNext();
  };
  return (
    <SetupPart
      title={t("prices.title")} lead={t("prices.lead", { name: channel.name })}
      foot={(
        <>
          <Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button>
          <Button variant="ghost" size="lg" onClick={onNext}>{t("later")}</Button>
          <Button variant="primary" size="lg" busy={busy} disabled={chosen.length === 0 || costPpm === undefined} onClick={() => void publish()}>{t("prices.publish", { count: chosen.length })}</Button>
        </>
      )}
    >
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <NumberField className="w-36" label={t("prices.add")} unit="%" max={MARKUP_MAX} value={percent} onChange={(next) => setPercent(next ?? 0)} />
        <SegmentedControl label={t("prices.presets")} value={String(percent)} onChange={(next) => setPercent(Number(next))} options={PRESETS.map((value) => ({ value: String(value), label: value === 0 ? t("prices.atList") : `+${value}%` }))} />
        {channel.provider === "simulator" ? null : <TextField className="w-44" label={t("prices.cost")} unit={t("prices.costUnit")} inputMode="decimal" value={cost} onChange={(event) => setCost(event.target.value)} error={costPpm === undefined ? t("prices.costBad") : undefined} />}
      </div>
      {offer.listed ? null : <Callout tone="info" className="mt-4" title={t("prices.notListed")}>{offer.note}</Callout>}
      <PriceTable className="mt-6" models={priced} ticked={ticked} onTicked={setTicked} factorPpm={factorOf(percent)} costPpm={costPpm ?? 0} />
      <p className="mt-3 text-13 text-fg-3">{t("prices.note", { unknown: offer.models.length - priced.length })}{priced.length > TICKED_MAX ? ` ${t("prices.many", { count: priced.length })}` : ""}</p>
      {dialog}
    </SetupPart>
  );
}
