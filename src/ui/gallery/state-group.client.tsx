"use client";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { Group, Specimen } from "#ui/gallery/specimen.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { EmptyState, ErrorState, NoMatch, Skeleton, SkeletonText, StaleNote } from "#ui/kit/states.tsx";
import { PageSkeleton } from "#ui/layout/page-states.client.tsx";

export function StateGroup() {
  const [busy, setBusy] = useState(false);
  const retry = () => {
    setBusy(true);
    setTimeout(() => setBusy(false), 1_500);
  };
  return (
    <Group title="States">
      <Specimen name="Empty" bare>
        <Card flush>
          <EmptyState icon={<KeyRound size={18} strokeWidth={1.75} aria-hidden="true" />} title="Make your first key" text="A key lets a program spend from your balance, within the limits you give it." action={<Button variant="primary"><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{"New key"}</Button>} secondary={<LinkButton variant="ghost" href="#states">{"How keys work"}</LinkButton>} />
        </Card>
      </Specimen>
      <Specimen name="No match" bare><Card flush><NoMatch title="No request matches both filters" text="There are 31 requests for grok-4 in this range, none failed." onClear={() => undefined} /></Card></Specimen>
      <Specimen name="Error" bare><Card flush><ErrorState title="The chart could not be loaded" requestId="req_01KAH4R7ZQ2VN" onRetry={retry} busy={busy} /></Card></Specimen>
      <Specimen name="Stale" bare><Card flush><StaleNote onRetry={() => undefined}>{"Updated 3 min ago, trying again"}</StaleNote><p className="p-4 opacity-60">{"gpt-5-mini $0.0015"}</p></Card></Specimen>
      <Specimen name="Skeleton" bare><Card><SkeletonText /><Skeleton className="mt-4 h-20" /></Card></Specimen>
      <Specimen name="Page to come" bare><PageSkeleton /></Specimen>
    </Group>
  );
}
