"use client";
import { GripVertical } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { useComma } from "#ui/format/comma.client.ts";
import { formatPercent } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Menu } from "#ui/kit/menu.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { shareOf, stepOf, type Tier } from "#ui/channels/arrange.ts";
import { ChannelStateText } from "#ui/channels/overview.client.tsx";
import { useOrder, type Order } from "#ui/channels/use-order.client.ts";
import { successOf, type Channel } from "#ui/channels/wire.ts";

/** Which channel is asked first: one place is one priority, and those that stand together share by weight. */
export function OrderView({ channels, readOnly }: { channels: readonly Channel[]; readOnly: boolean }) {
  const t = useTranslations("channels.order");
  const order = useOrder(channels);
  const [dragged, setDragged] = useState<string>();
  const comma = useComma();
  const root = useRef<HTMLDivElement>(null);
  const { tiers, heldId } = order;
  // In another place it is another element: the focus goes with the channel.
  useEffect(() => {
    if (heldId !== undefined) root.current?.querySelector<HTMLElement>(`[data-grip="${heldId}"]`)?.focus();
  }, [heldId, tiers]);
  const heldAt = heldId === undefined ? -1 : tiers.findIndex((tier) => tier.channels.some(({ id }) => id === heldId));
  const beside = heldAt < 0 ? [] : tiers[heldAt]!.channels.filter(({ id }) => id !== heldId).map(({ name }) => name);
  const gap = (index: number) => <Gap key={`gap ${index}`} active={dragged !== undefined} onDrop={() => { if (dragged !== undefined) order.move(dragged, { gap: index }); setDragged(undefined); }} />;
  return (
    <div ref={root} className="max-w-[860px]">
      <p className="mb-3 text-13 text-fg-2">{readOnly ? t("note") : t("howTo")}</p>
      <p className="sr-only" role="status">{heldAt < 0 ? "" : t(beside.length > 0 ? "placeWith" : "place", { place: heldAt + 1, count: tiers.length, names: beside.join(comma) })}</p>
      <ol aria-label={t("label")}>
        {tiers.flatMap((tier, index) => [
          readOnly ? null : gap(index),
          <TierBox key={tier.channels.map(({ id }) => id).join(" ")} tier={tier} index={index} order={order} readOnly={readOnly} dragged={dragged} onDrag={setDragged} />,
        ])}
        {readOnly ? null : gap(tiers.length)}
      </ol>
    </div>
  );
}

/** Lets go what is dragged over it. */
function dropArea(active: boolean, setOver: (over: boolean) => void, onDrop: () => void) {
  return {
    onDragOver: (event: DragEvent) => { if (active) { event.preventDefault(); setOver(true); } },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => { event.preventDefault(); setOver(false); onDrop(); },
  };
}

/** A place of its own between two others; seen while something is dragged. */
function Gap({ active, onDrop }: { active: boolean; onDrop: () => void }) {
  const [over, setOver] = useState(false);
  return (
    <li aria-hidden="true" data-gap="" className="relative h-3" {...dropArea(active, setOver, onDrop)}>
      {/* Reaches into its neighbours, so that it can be hit. */}
      <span className={cn("absolute inset-x-0 -inset-y-1.5 z-10", !active && "pointer-events-none")} />
      <span className={cn("absolute inset-x-0 top-1/2 h-0.5 -translate-y-1/2 rounded-full", over ? "bg-accent" : active ? "bg-border" : "bg-transparent")} />
    </li>
  );
}

/** States in which a channel takes no requests, whatever its place. */
const IDLE: ReadonlySet<Channel["state"]> = new Set(["off", "down", "paused", "no_keys", "no_models"]);

type BoxProps = { tier: Tier<Channel>; index: number; order: Order; readOnly: boolean; dragged: string | undefined; onDrag: (id: string | undefined) => void };

function TierBox({ tier, index, order, readOnly, dragged, onDrag }: BoxProps) {
  const t = useTranslations("channels.order");
  const [over, setOver] = useState(false);
  const foreign = dragged !== undefined && !tier.channels.some(({ id }) => id === dragged);
  const weights = tier.channels.map(({ id, weight, state }) => ({ id, weight, live: !IDLE.has(state) }));
  return (
    <li className={cn("grid overflow-hidden rounded-card border bg-surface sm:grid-cols-[120px_minmax(0,1fr)]", over && foreign && "outline-2 outline-accent")} {...dropArea(foreign, setOver, () => { if (dragged !== undefined) order.move(dragged, { tier: index }); onDrag(undefined); })}>
      <p className="flex items-baseline gap-2 border-b px-4 py-2 sm:flex-col sm:justify-center sm:gap-0 sm:border-r sm:border-b-0">
        <span className="nums font-semibold">{t("ordinal", { place: index + 1 })}</span>
        <span className="nums text-13 text-fg-3">{t("priority", { priority: tier.priority })}</span>
      </p>
      <ul className="divide-y self-center">
        {tier.channels.map((channel) => <Row key={channel.id} channel={channel} share={shareOf(weights, channel.id)} shared={tier.channels.length > 1} order={order} readOnly={readOnly} dragged={dragged === channel.id} onDrag={onDrag} />)}
      </ul>
    </li>
  );
}

type RowProps = { channel: Channel; share: number | undefined; shared: boolean; order: Order; readOnly: boolean; dragged: boolean; onDrag: (id: string | undefined) => void };

function Row({ channel, share, shared, order, readOnly, dragged, onDrag }: RowProps) {
  const t = useTranslations("channels.order");
  const { id, name, providerName, weight, day } = channel;
  const held = order.heldId === id;
  return (
    <li
      className={cn("flex min-h-11 flex-wrap items-center gap-x-3 px-2 py-1", dragged && "opacity-50", held && "bg-accent-soft", channel.status !== "active" && "text-fg-2")}
      {...(!readOnly && { draggable: true, onDragEnd: () => onDrag(undefined), onDragStart: (event: DragEvent) => { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", name); order.cancel(); onDrag(id); } })}
    >
      {readOnly ? <span className="w-1" /> : <Grip channel={channel} order={order} />}
      <VendorMark name={providerName} size={20} />
      <span className="min-w-0 flex-1 basis-20 truncate font-medium">{name}</span>
      <span className="text-13 max-sm:hidden"><ChannelStateText channel={channel} /></span>
      <span className="nums w-16 flex-none text-right text-13 text-fg-2 max-sm:hidden">{formatPercent(successOf(day), 2, "down")}</span>
      <span className="nums w-28 flex-none whitespace-nowrap text-right text-13 text-fg-2">{share === undefined ? "—" : shared ? t("share", { share: formatPercent(share), weight }) : formatPercent(share)}</span>
      {readOnly ? null : <Menu label={t("actions", { name })} items={movesOf(channel, order, t)} />}
      {held ? (
        <span className="flex basis-full flex-wrap gap-2 py-1 pl-10">
          <Button size="sm" onClick={() => order.step(-1)}>{t("up")}</Button>
          <Button size="sm" onClick={() => order.step(1)}>{t("down")}</Button>
          <Button size="sm" variant="primary" onClick={order.putDown}>{t("putDown")}</Button>
          <Button size="sm" variant="ghost" onClick={order.cancel}>{t("cancel")}</Button>
        </span>
      ) : null}
    </li>
  );
}

function movesOf({ id }: Channel, { tiers, move }: Order, t: (key: "up" | "down" | "top" | "end") => string) {
  const [up, down] = [stepOf(tiers, id, -1), stepOf(tiers, id, 1)];
  return [
    { label: t("up"), disabled: up === undefined, onSelect: () => move(id, up) },
    { label: t("down"), disabled: down === undefined, onSelect: () => move(id, down) },
    { label: t("top"), disabled: up === undefined, onSelect: () => move(id, { gap: 0 }), apart: true },
    { label: t("end"), disabled: down === undefined, onSelect: () => move(id, { gap: tiers.length }) },
  ];
}

/** Taken by mouse, or by Enter and carried with the arrows. */
function Grip({ channel: { id, name }, order }: { channel: Channel; order: Order }) {
  const t = useTranslations("channels.order");
  const held = order.heldId === id;
  const onKeyDown = (event: KeyboardEvent) => {
    const act = held ? ({ ArrowUp: () => order.step(-1), ArrowDown: () => order.step(1), Escape: order.cancel } as Readonly<Record<string, () => void>>)[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <button type="button" data-grip={id} className="btn btn-ghost btn-sm btn-icon flex-none cursor-grab" aria-pressed={held} aria-label={t(held ? "heldGrip" : "grip", { name })} onClick={() => (held ? order.putDown() : order.hold(id))} onKeyDown={onKeyDown}>
      <GripVertical className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}
