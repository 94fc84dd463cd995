"use client";
import { Check, Inbox, RotateCcw, X } from "lucide-react";
import { useTimeZone } from "next-intl";
import { useState, type ReactNode } from "react";
import { BarList } from "#ui/charts/bar-list.tsx";
import { Sparkline } from "#ui/charts/sparkline.tsx";
import { TimeChart } from "#ui/charts/time-chart.client.tsx";
import { UptimeBar } from "#ui/charts/uptime-bar.tsx";
import { bucketStarts, formatAxisUsd, formatCsvUsd, formatLatency, formatTokens, formatTotal, parseRange } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { CodeView } from "#ui/kit/code-view.client.tsx";
import { CommandPalette, type PaletteGroup } from "#ui/kit/command-palette.client.tsx";
import { DiffView, diffValues } from "#ui/kit/diff-view.tsx";
import { GalleryList } from "#ui/kit/gallery-list.client.tsx";
import { SAMPLE_JSON, SAMPLE_MARKDOWN, SAMPLE_NOW, SAMPLE_SERIES } from "#ui/kit/gallery-rows.ts";
import { IdText } from "#ui/kit/id-text.tsx";
import { JsonView } from "#ui/kit/json-view.client.tsx";
import { Markdown } from "#ui/kit/markdown.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { SnippetTabs } from "#ui/kit/snippet-tabs.client.tsx";
import type { Snippet } from "#ui/kit/snippet.ts";
import { Time } from "#ui/kit/time.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";

const SOLD = SAMPLE_SERIES(2, 30, 900_000_000_000).map((one, i) => ({ ...one, label: i === 0 ? "Cost" : "Margin", ...(i === 0 && { color: "neutral" as const }), values: one.values.map((value) => (value === null ? null : i === 0 ? value : value * 0.3)) }));
const LATENCY = SAMPLE_SERIES(3, 25, 1_800).map((one, i) => ({ ...one, values: one.values.map((value, at) => (i === 1 && at > 8 && at < 12 ? null : value)) }));

/** Tables, charts, code and histories in all their states; `code` is a block that the server has coloured. */
export function GalleryTables({ code }: { code?: ReactNode }) {
  return (
    <div className="flex flex-col gap-10">
      <Section title="Figures"><Figures /></Section>
      <Section title="List"><GalleryList /></Section>
      <Section title="Charts"><Charts /></Section>
      <Section title="Code and data"><Code code={code} /></Section>
      <Section title="Command palette"><Palette /></Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-4">
      <h2 className="text-16 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

const AMOUNTS = [0n, 1n, 2_300n, 45_299_999n, 1_270_000_001n, 12_345_678_901n, -3_200_000_000n, 33_507_814_999_999n] as const;
const FORMS = ["balance", "charge", "total", "exact", "signed"] as const;

function Figures() {
  return (
    <Card flush>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Figures">
        <table className="tbl">
          <thead><tr>{FORMS.map((form) => <th key={form} scope="col" className="num">{form}</th>)}</tr></thead>
          <tbody>{AMOUNTS.map((nano) => <tr key={nano}>{FORMS.map((form) => <td key={form} className="num"><Money nano={nano} as={form} /></td>)}</tr>)}</tbody>
        </table>
      </div>
      <p className="flex flex-wrap items-center gap-4 p-4">
        <Time at={new Date(SAMPLE_NOW.getTime() - 180_000)} /><Time at={SAMPLE_NOW} as="stamp" /><Time at={null} />
        <IdText id="req_01KAH3Q2VNB7T4D8M1X97K3F" /><IdText id="cs_test_a1B2c3D4e5F6g7H8i9" plain /><Money nano={undefined} />
      </p>
    </Card>
  );
}

function Charts() {
  const zone = useTimeZone() ?? "UTC";
  const days = bucketStarts(parseRange("-30d", undefined, SAMPLE_NOW, zone), zone);
  const hours = bucketStarts(parseRange("-24h", undefined, SAMPLE_NOW, zone), zone);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card><TimeChart title="Sold" unit="USD by day" series={SOLD} buckets={days} kind="bar" stacked totals partialLast format={(nano) => formatTotal(BigInt(Math.round(nano)))} formatAxis={formatAxisUsd} csv={formatCsvUsd} /></Card>
      <Card><TimeChart title="First token" unit="by hour" series={LATENCY} buckets={hours} kind="line" partialLast format={formatLatency} /></Card>
      <Card><TimeChart title="Tokens" series={SAMPLE_SERIES(6, 30, 4_000_000)} buckets={days} kind="bar" stacked partialLast format={formatTokens} /></Card>
      <Card><TimeChart title="Nothing yet" series={[{ id: "a", label: "Requests", values: hours.map(() => 0) }]} buckets={hours} kind="bar" format={formatTokens} /></Card>
      <Card><TimeChart title="Loading" series={[]} buckets={[]} kind="bar" format={formatTokens} state="loading" /></Card>
      <Card><TimeChart title="Failed" series={[]} buckets={[]} kind="bar" format={formatTokens} state="error" onRetry={() => undefined} requestId="req_01KAH3Q2VNB7T4D8M1X97K3F" /></Card>
      <Card title="Models by spend">
        <BarList label="Models by spend" format={(value) => `$${value}`} items={[{ id: "1", label: "claude-sonnet-4-5", value: 138, href: "#1", note: "62%" }, { id: "2", label: "gpt-5", value: 57 }, { id: "3", label: "deepseek-v3.2", value: 10 }, { id: "4", label: "kimi-k2", value: 0 }]} />
      </Card>
      <Card title="Uptime">
        <UptimeBar label="Uptime of 90 days" days={Array.from({ length: 90 }, (_, i) => ({ day: new Date(SAMPLE_NOW.getTime() - (89 - i) * 86_400_000), ratio: i < 6 ? null : i === 40 ? 0.912 : i % 17 === 3 ? 0.9871 : 0.99994, incidents: i === 40 ? 2 : 0 }))} />
        <p className="mt-4 flex gap-6"><Sparkline values={[1, 3, 2, 5, 4, 6, 5]} label="Rising" /><Sparkline values={[4, 4, null, null, 3, 9, 9]} tone="warn" /><Sparkline values={[2]} tone="bad" /></p>
      </Card>
    </div>
  );
}

const SNIPPETS: readonly Snippet[] = [
  { name: "Python", parts: [["k", "from"], ["", " openai "], ["k", "import"], ["", " OpenAI\n\nclient = "], ["f", "OpenAI"], ["", "(base_url="], ["s", '"https://shop.example/v1"'], ["", ", max_retries="], ["n", "2"], ["", ")  "], ["c", "# reads the key from the environment and goes on for long enough to need scrolling on a small screen"]] },
  { name: "curl", parts: [["f", "curl"], ["", " https://shop.example/v1/models"]] },
];
const DIFF = diffValues({ name: "main", priority: 10, weight: 60, limits: { rpm: 600 }, note: "", secret: "[redacted]" }, { name: "main", priority: 20, weight: 60, limits: { rpm: 900, tpm: 200_000 }, note: "kept for evenings", secret: "[redacted]" });

function Code({ code }: { code: ReactNode }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <SnippetTabs snippets={SNIPPETS} />
        {code ?? <CodeView title="terminal" parts={SNIPPETS[1]?.parts ?? []} />}
        <Card title="Price change"><DiffView changes={DIFF.changes} same={DIFF.same} /></Card>
        <Card title="Nothing changed"><DiffView changes={[]} /></Card>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <JsonView value={SAMPLE_JSON} />
        <Card title="Order">
          <Timeline items={[
            { id: "1", at: new Date(SAMPLE_NOW.getTime() - 9_000_000), title: "Order opened", by: "ann@example.com", aside: <Money nano={20_000_000_000n} /> },
            { id: "2", at: new Date(SAMPLE_NOW.getTime() - 8_900_000), title: "Paid", tone: "ok", icon: <Check size={14} strokeWidth={2} />, text: "Visa ending in 4242" },
            { id: "3", at: new Date(SAMPLE_NOW.getTime() - 5_900_000), title: "Refund failed", tone: "bad", icon: <X size={14} strokeWidth={2} />, text: "The bank refused it" },
            { id: "4", at: new Date(SAMPLE_NOW.getTime() - 900_000), title: "Refunded", tone: "warn", icon: <RotateCcw size={12} strokeWidth={2} />, by: "jo@example.com", aside: <Money nano={-5_000_000_000n} as="signed" /> },
          ]} />
        </Card>
        <Card title="Announcement"><Markdown text={SAMPLE_MARKDOWN} /></Card>
      </div>
    </div>
  );
}

const PAGES: readonly PaletteGroup[] = [
  { label: "Pages", items: [{ id: "keys", label: "API keys", href: "#keys", keywords: ["密钥"] }, { id: "requests", label: "Requests", href: "#requests", keywords: ["请求"] }, { id: "wallet", label: "Wallet", href: "#wallet" }] },
  { label: "Actions", items: [{ id: "new", label: "Create key", hint: "n", href: "#new" }] },
];
const findSamples = async (query: string): Promise<PaletteGroup[]> => {
  if (query.startsWith("fail")) throw new Error("no answer");
  return query.startsWith("req") ? [{ label: "Requests", items: [{ id: query, label: query, hint: "claude-sonnet-4-5", href: `#${query}` }] }] : [];
};

function Palette() {
  const [shown, setShown] = useState(true);
  return (
    <div className="flex flex-wrap gap-3">
      {shown ? <CommandPalette groups={PAGES} search={findSamples} /> : null}
      <Button onClick={() => setShown(!shown)}><Inbox size={16} strokeWidth={1.75} aria-hidden="true" />{shown ? "Hide" : "Show"}</Button>
    </div>
  );
}
