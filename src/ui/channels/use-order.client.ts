"use client";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { placeChannel, stepOf, tiersOf, type Place } from "#ui/channels/arrange.ts";
import { useBulkEdit } from "#ui/channels/use-bulk-edit.client.ts";
import type { Channel } from "#ui/channels/wire.ts";

type Priorities = ReadonlyMap<string, number>;
/** A channel that is being carried, and the priorities as they would be where it is now. */
type Held = Readonly<{ id: string; priorities: Priorities }>;

const NONE: Priorities = new Map();
const later = (a: Date, b: Date | undefined): Date => (b && b > a ? b : a);

/** The order of channels while somebody changes it: nothing is saved before a carried one is put down. */
export function useOrder(channels: readonly Channel[]) {
  const t = useTranslations("channels.order");
  const edit = useBulkEdit();
  const [held, setHeld] = useState<Held>();
  // What is being saved is shown until the list has been read anew.
  const [saving, setSaving] = useState(NONE);
  const saves = useRef({ last: Promise.resolve(), open: 0, seen: new Map<string, Date>() });
  const over = new Map([...saving, ...(held?.priorities ?? NONE)]);
  const shown = channels.map((channel) => ({ ...channel, priority: over.get(channel.id) ?? channel.priority }));
  const tiers = tiersOf(shown);

  /** One after the other: the next move is made on what the one before has left, before the list is read again. */
  const save = (id: string, priorities: Priorities): void => {
    setHeld(undefined);
    const changed = channels.filter((channel) => (priorities.get(channel.id) ?? channel.priority) !== (saving.get(channel.id) ?? channel.priority) && priorities.has(channel.id));
    if (changed.length === 0) return;
    setSaving(new Map([...saving, ...priorities]));
    const { current } = saves;
    current.open += 1;
    current.last = current.last.then(async () => {
      const edits = changed.map((channel) => ({ id: channel.id, seen: later(channel.updatedAt, current.seen.get(channel.id)), patch: { priority: priorities.get(channel.id)! } }));
      const done = await edit(edits, t("moved", { name: channels.find((channel) => channel.id === id)?.name ?? "" }));
      for (const { id: edited, seen } of done ?? []) current.seen.set(edited, seen);
      current.open -= 1;
      if (current.open === 0) setSaving(NONE);
    });
  };
  return {
    tiers, heldId: held?.id,
    hold: (id: string) => setHeld({ id, priorities: NONE }),
    cancel: () => setHeld(undefined),
    /** The carried one a place up or down. */
    step: (direction: -1 | 1) => {
      const place = held && stepOf(tiers, held.id, direction);
      if (held && place) setHeld({ id: held.id, priorities: new Map([...held.priorities, ...placeChannel(tiers, held.id, place)]) });
    },
    putDown: () => held && save(held.id, held.priorities),
    /** At once to a place. */
    move: (id: string, place: Place | undefined) => place && save(id, placeChannel(tiers, id, place)),
  };
}

export type Order = ReturnType<typeof useOrder>;
