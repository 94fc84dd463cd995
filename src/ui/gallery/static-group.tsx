import { Group, Specimen } from "#ui/gallery/specimen.tsx";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { LinkButton } from "#ui/kit/button.tsx";
import { Banner, Callout } from "#ui/kit/callout.tsx";
import { Card, StatCard, StatGrid } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Kbd } from "#ui/kit/kbd.tsx";
import { Logo } from "#ui/kit/logo.tsx";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import type { Tone } from "#ui/kit/tone.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";

const TONES: readonly Tone[] = ["neutral", "ok", "warn", "bad", "info", "accent"];
const WORDS: Readonly<Record<Tone, string>> = { neutral: "Disabled", ok: "Healthy", warn: "Cooling until 14:36", bad: "Off: keys rejected", info: "Probing", accent: "Selected" };
const SWATCHES = ["bg-canvas", "bg-surface", "bg-muted", "bg-border", "bg-control", "bg-fg", "bg-fg-2", "bg-fg-3", "bg-accent", "bg-accent-soft", "bg-ok", "bg-warn", "bg-bad", "bg-bad-fill", "bg-info"] as const;
const CHARTS = ["bg-chart-1", "bg-chart-2", "bg-chart-3", "bg-chart-4", "bg-chart-5", "bg-chart-6", "bg-chart-7", "bg-chart-8"] as const;
const SIZES = ["text-12", "text-13", "text-14", "text-16", "text-20", "text-28", "text-40"] as const;

export function TokenGroup() {
  return (
    <Group title="Tokens">
      <Specimen name="Colours">{SWATCHES.map((name) => <Swatch key={name} name={name} />)}</Specimen>
      <Specimen name="Chart colours">{CHARTS.map((name) => <Swatch key={name} name={name} />)}</Specimen>
      <Specimen name="Type" bare>
        {SIZES.map((size) => <p key={size} className={`${size} nums truncate font-semibold`}>{"Lantern 灯笼 $1,204.50"}</p>)}
      </Specimen>
    </Group>
  );
}

const Swatch = ({ name }: { name: string }) => <span title={name} className={`size-8 rounded-control border ${name}`} />;

export function StatusGroup() {
  return (
    <Group title="Status">
      <Specimen name="Badge">{TONES.map((tone) => <Badge key={tone} tone={tone}>{WORDS[tone]}</Badge>)}</Specimen>
      <Specimen name="StatusDot" bare>
        <div className="flex flex-col gap-2">{TONES.map((tone) => <StatusDot key={tone} tone={tone}>{WORDS[tone]}</StatusDot>)}</div>
      </Specimen>
      <Specimen name="Kbd, VendorMark, Logo">
        <Kbd>{"⌘K"}</Kbd><Kbd>{"g"}</Kbd>
        {["OpenAI", "Anthropic", "Google", "DeepSeek", "Qwen", "xAI", "Mistral"].map((vendor) => <VendorMark key={vendor} name={vendor} />)}
        <Logo />
      </Specimen>
      <Specimen name="Callout" bare>
        <div className="flex flex-col gap-2">
          <Callout tone="warn" title="This sells below cost" action={<LinkButton href="#callout" size="sm">{"Open"}</LinkButton>}>{"−$0.186 per 1M input on openrouter-spare at group Team."}</Callout>
          <Callout tone="info">{"Prices take effect for requests that begin after it."}</Callout>
        </div>
      </Specimen>
      <Specimen name="Callout, the other tones" bare>
        <div className="flex flex-col gap-2">
          <Callout tone="bad">{"The price was not saved. Changed by Jo 2 min ago."}</Callout>
          <Callout tone="ok">{"Every check of the ledger holds."}</Callout>
          <Callout tone="neutral">{"Nothing was charged."}</Callout>
        </div>
      </Specimen>
      <Specimen name="Banner" bare>
        <div className="card overflow-hidden">
          <Banner tone="warn" action={<a href="#banner">{"Top up"}</a>}>{"Balance is $1.20. At this pace it lasts until about 18:00."}</Banner>
          <Banner tone="info" action={<a href="#banner">{"Exit"}</a>}>{"Viewing as ann@fieldnotes.example, read-only, 28 min left."}</Banner>
          <Banner tone="bad" action={<a href="#banner">{"Open"}</a>}>{"Ledger check I4 found 2 rows. Selling goes on."}</Banner>
        </div>
      </Specimen>
    </Group>
  );
}

export function CardGroup() {
  return (
    <Group title="Cards">
      <Specimen name="StatGrid" wide bare>
        <StatGrid>
          <StatCard label="Spend today" value="$2.75" delta="yesterday $9.11" href="#spend" />
          <StatCard label="Requests today" value="1,084" delta="+6% vs. last Sat" href="#requests" />
          <StatCard label="Error rate" value="0.4%" delta="4 of 1,084" />
          <StatCard label="First token, median" value="" loading />
        </StatGrid>
      </Specimen>
      <Specimen name="Card" bare>
        <Card title="Top keys" note="30 days" action={<a href="#keys" className="link">{"All keys"}</a>}><p className="text-fg-2">{"prod-agent, ci-review, ann-laptop"}</p></Card>
      </Specimen>
      <Specimen name="DefinitionList" bare>
        <Card><DefinitionList items={[{ label: "Context", value: "128K" }, { label: "Vendor", value: "OpenAI" }, { label: "Endpoint", value: "a-very-long-name-that-has-to-break-somewhere.example.com/v1/chat/completions" }, { label: "Retires", value: undefined }]} /></Card>
      </Specimen>
      <Specimen name="RouteTabs" bare>
        <RouteTabs label="Parts" current="#usage" tabs={[{ href: "#usage", label: "Usage" }, { href: "#requests", label: "Requests", count: 12_084 }, { href: "#settings", label: "Settings" }, { href: "#history", label: "History" }]} />
      </Specimen>
    </Group>
  );
}
