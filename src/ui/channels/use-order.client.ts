"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { placeChannel, stepOf, tiersOf, type Place } from "#ui/channels/arrange.ts";
import { useBulkEdit } from "#ui/channels/use-bulk-edit.client.ts";
import type { Channel } from "#ui/channels/wire.ts";

/** A channel that is being carried, and the priorities as they would be where it is now. */
type Held = Readonly<{ id: string; priorities: ReadonlyMap<string, number> }>;

/** The order of channels while somebody changes it: nothing is saved before a carried one is put down. */
export function useOrder(channels: readonly Channel[]) {
  const t = useTranslations("channels.order");
  const edit = useBulkEdit();
  const [held, setHeld] = useState<Held>();
  // What was saved stands until the list has been read anew.
  const [saving, setSaving] = useState<ReadonlyMap<string, number>>(new Map());
  const over = held?.priorities ?? saving;
  const shown = channels.map((channel) => ({ ...channel, priority: over.get(channel.id) ?? channel.priority }));
  const tiers = tiersOf(shown);

  const save = async (name: string, priorities: ReadonlyMap<string, number>): Promise<void> => {
    setHeld(undefined);
    const changed = channels.filter(({ id, priority }) => (priorities.get(id) ?? priority) !== priority);
    if (changed.length === 0) return;
    setSaving(priorities);
    await edit(changed.map(({ id, updatedAt }) => ({ id, seen: updatedAt, patch: { priority: priorities.get(id)! } })), t("moved", { name }));
    setSaving(new Map());
  };
  const nameOf = (id: string): string => channels.find((channel) => channel.id === id)?.name ?? "";
  return {
    tiers, heldId: held?.id,
    hold: (id: string) => setHeld({ id, priorities: new Map() }),
    cancel: () => setHeld(undefined),
    /** The carried one a place up or down. */
    step: (direction: -1 | 1) => {
      const place = held && stepOf(tiers, held.id, direction);
      if (held && place) setHeld({ id: held.id, priorities: new Map([...held.priorities, ...placeChannel(tiers, held.id, place)]) });
    },
    putDown: () => held && void save(nameOf(held.id), held.priorities),
    /** At once to a place. */
    move: (id: string, place: Place | undefined) => place && void save(nameOf(id), placeChannel(tiersOf(channels), id, place)),
  };
}

export type Order = ReturnType<typeof useOrder>;
