"use client";
import { ChannelsCard } from "#ui/dashboard/channels-card.client.tsx";
import { SetUpChecklist, useChecklist } from "#ui/dashboard/checklist.client.tsx";
import { MoneyChart, RequestChart } from "#ui/dashboard/charts.client.tsx";
import { Figures } from "#ui/dashboard/figures.client.tsx";
import { ToDoList } from "#ui/dashboard/to-do.client.tsx";
import { Tops } from "#ui/dashboard/tops.client.tsx";
import { useLiveRange } from "#ui/dashboard/use-live-range.client.ts";

const DASHBOARD_RANGE = "-7d";

type Props = { seesMoney: boolean; seesTotals: boolean; seesChannels: boolean; /** May go through the set-up. */ wizard: boolean };

/** How the shop stands: money, what is owed, how it serves, and what wants a person. */
export function Dashboard({ seesMoney, seesTotals, seesChannels, wizard }: Props) {
  const { range, zone } = useLiveRange(DASHBOARD_RANGE);
  const checklist = useChecklist();
  // Before the first request every figure is zero and says nothing: what is left to do has the page to itself.
  if (checklist.data && !checklist.data.request) {
    return (
      <div className="flex max-w-[960px] flex-col gap-4">
        <SetUpChecklist wizard={wizard} />
        <ToDoList />
      </div>
    );
  }
  return (
    <div className="flex max-w-[1360px] flex-col gap-4">
      <SetUpChecklist wizard={wizard} />
      <Figures range={range} seesMoney={seesMoney} seesTotals={seesTotals} />
      {/* Below each other, what wants a person comes before the charts; side by side, it stands to their right. */}
      <div className="grid items-start gap-4 xl:grid-cols-3 xl:grid-rows-[auto_1fr]">
        <div className="min-w-0 xl:col-start-3"><ToDoList /></div>
        <div className="flex min-w-0 flex-col gap-4 xl:col-span-2 xl:col-start-1 xl:row-span-2 xl:row-start-1">
          {seesMoney ? <section className="card min-w-0 p-4"><MoneyChart range={range} zone={zone} /></section> : null}
          {seesMoney ? <Tops range={range} /> : <section className="card min-w-0 p-4"><RequestChart range={range} zone={zone} /></section>}
        </div>
        {seesChannels ? <div className="min-w-0 xl:col-start-3"><ChannelsCard /></div> : null}
      </div>
      {seesMoney ? <section className="card min-w-0 p-4"><RequestChart range={range} zone={zone} /></section> : null}
    </div>
  );
}
