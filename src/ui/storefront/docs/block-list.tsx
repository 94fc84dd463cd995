import { Fragment } from "react";
import { CodeCard, CodeTabs } from "#ui/storefront/code-card.tsx";
import { CopyButton, type CopyWords } from "#ui/storefront/copy-button.tsx";
import { anchorOf, fill, inlineParts, type Block, type GuideContext } from "#ui/storefront/docs/blocks.ts";
import { Breakable } from "#ui/storefront/docs/breakable.tsx";
import { deepLink } from "#ui/storefront/docs/deep-links.ts";
import { LiveErrors, LiveFormats, LiveLosses, type LiveFacts } from "#ui/storefront/docs/live.tsx";
import { guideSamples } from "#ui/storefront/docs/samples.ts";

type Props = { blocks: readonly Block[]; context: GuideContext; locale: string; words: CopyWords; live: LiveFacts };

/** A guide's pieces one under the other. */
export function Blocks({ blocks, ...rest }: Props) {
  return blocks.map((block, i) => <OneBlock key={i} block={block} index={i} {...rest} />);
}

function OneBlock({ block, index, context, locale, words, live }: Omit<Props, "blocks"> & { block: Block; index: number }) {
  const say = (text: string) => <Text text={fill(text, context)} locale={locale} />;
  if ("p" in block) return <p className="mt-4 max-w-[68ch] text-fg-2">{say(block.p)}</p>;
  if ("h" in block) return <h2 id={anchorOf(index)} className="mt-10 scroll-mt-20 text-20 font-semibold">{say(block.h)}</h2>;
  const list = "list" in block ? block.list : "live" in block && (block.live === "free" || block.live === "memory") ? live[block.live] : undefined;
  if (list) return <ul className="mt-4 grid max-w-[68ch] list-disc gap-2 pl-5 text-fg-2 marker:text-fg-3">{list.map((text) => <li key={text}>{say(text)}</li>)}</ul>;
  if ("steps" in block) return <ol className="mt-4 grid max-w-[68ch] list-decimal gap-2.5 pl-5 text-fg-2 marker:text-fg-3">{block.steps.map((text) => <li key={text} className="pl-1">{say(text)}</li>)}</ol>;
  if ("note" in block) return <p className="mt-5 max-w-[68ch] rounded-control bg-info-soft px-4 py-3 text-info">{say(block.note)}</p>;
  if ("table" in block) return <DocTable table={block.table} say={say} />;
  if ("values" in block) {
    return (
      <dl className="mt-5 border-b">
        {block.values.map(({ name, value }) => {
          const text = fill(value, context);
          return (
            <div key={name} className="grid items-center gap-x-6 border-t py-1.5 sm:grid-cols-[180px_minmax(0,1fr)]">
              <dt className="text-fg-3">{say(name)}</dt>
              <dd className="flex min-w-0 items-center justify-between gap-2"><code className="text-13 [overflow-wrap:anywhere]">{text}</code><CopyButton text={text} words={words} /></dd>
            </div>
          );
        })}
      </dl>
    );
  }
  if ("code" in block) {
    const samples = guideSamples(block.code, context);
    const [first] = samples;
    if (!first) return null;
    return <div className="mt-5 max-w-[760px]">{samples.length === 1 ? <CodeCard sample={first} words={words} /> : <CodeTabs name={`tab-${index}`} label={first.name} samples={samples} words={words} />}</div>;
  }
  if ("open" in block) return <p className="mt-5"><a href={deepLink(block.open, context)} className="btn btn-lg btn-secondary">{say(block.text)}</a></p>;
  if (!("live" in block)) return null;
  if (block.live === "losses") return <LiveLosses live={live} say={say} />;
  return block.live === "errors" ? <LiveErrors live={live} say={say} /> : <LiveFormats live={live} />;
}

/** On a phone the cells of a row stand one under the other; roles keep it a table for who hears it. */
function DocTable({ table: { head, rows }, say }: { table: Extract<Block, { table: unknown }>["table"]; say: (text: string) => React.ReactNode }) {
  return (
    <div className="mt-5 overflow-x-auto" tabIndex={0} role="region" aria-label={head.join(", ")}>
      <table role="table" className="tbl tbl-flush max-sm:block">
        <thead role="rowgroup" className="max-sm:sr-only"><tr role="row">{head.map((text) => <th key={text} role="columnheader" scope="col">{text}</th>)}</tr></thead>
        <tbody role="rowgroup" className="max-sm:block">
          {rows.map((row) => (
            <tr key={row[0]} role="row" className="max-sm:block max-sm:border-t max-sm:py-2.5">
              {row.map((text, i) => (
                <td key={i} role="cell" className={`py-2.5 align-top whitespace-normal! max-sm:block max-sm:h-auto! max-sm:border-0! max-sm:p-0! ${i === 0 ? "max-sm:mb-1" : "text-fg-2"}`}>
                  {i > 0 && head.length > 2 ? <span className="text-fg-3 sm:hidden" aria-hidden="true">{head[i]}: </span> : null}{say(text)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A sentence with its code, strong words and links; links to the documentation keep the reader's language. */
export function Text({ text, locale }: { text: string; locale: string }) {
  return inlineParts(text).map((part, i, all) => {
    // A slash sticks to the comma before it, so a row of addresses would be one long word.
    if (part.kind === "code") return <Fragment key={i}>{/[、，。：；]$/.test(all[i - 1]?.text ?? "") ? <wbr /> : null}<code className="rounded-[4px] bg-muted px-1 py-0.5 text-13 text-fg [overflow-wrap:anywhere]"><Breakable text={part.text} /></code></Fragment>;
    if (part.kind === "strong") return <strong key={i} className="font-medium text-fg">{part.text}</strong>;
    if (part.kind === "link") return <a key={i} className="link underline decoration-border underline-offset-2" href={/^\/(?:docs|models|pricing|status|legal)/.test(part.href) ? `/${locale}${part.href}` : part.href}>{part.text}</a>;
    return <Fragment key={i}>{part.text}</Fragment>;
  });
}
