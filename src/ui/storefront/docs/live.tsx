import type { ReactNode } from "react";
import { Address } from "#ui/storefront/docs/address.tsx";
import { Breakable } from "#ui/storefront/docs/breakable.tsx";
import type { ApiFormat } from "#ui/storefront/formats.ts";
import { FORMAT_PATHS, formatAddress } from "#ui/storefront/formats.ts";

/** Facts that the relay itself states, with their words. */
export type LiveFacts = Readonly<{
  offered: ReadonlySet<ApiFormat>;
  /** A code may stand for several troubles, each with its text. */
  errors: readonly Readonly<{ code: string; status: number; retry: boolean; texts: readonly string[] }>[];
  /** What translating a request into another format may cost it. */
  losses: readonly Readonly<{ code: string; field: string; text: string }>[];
  /** What costs nothing, as the shop has set it. */
  free: readonly string[];
  /** What becomes of answers that may be gone on from. */
  memory: readonly string[];
  words: Readonly<{ code: string; status: string; meaning: string; retry: string; yes: string; no: string; format: string; address: string; loss: string; field: string; happens: string }>;
}>;

/** Every error that the relay can answer, with what to do; on a phone one under the other. */
export function LiveErrors({ live: { errors, words }, say }: { live: LiveFacts; say: (text: string) => ReactNode }) {
  const columns = "grid grid-cols-[32px_minmax(0,1fr)] gap-x-3 gap-y-1 sm:grid-cols-[40px_232px_minmax(0,1fr)_64px] sm:gap-x-6";
  return (
    <div className="mt-5" role="table" aria-label={words.code}>
      <div role="row" className={`${columns} pb-2 text-12 text-fg-3 max-sm:hidden`}>{[words.status, words.code, words.meaning, words.retry].map((word) => <span key={word} role="columnheader">{word}</span>)}</div>
      {errors.map(({ code, status, retry, texts }) => (
        <div key={`${status} ${code}`} role="row" className={`${columns} border-t py-2.5`}>
          <span role="cell" className="nums max-sm:text-13 max-sm:text-fg-3">{status}</span>
          <code role="cell" className="text-13 [overflow-wrap:anywhere]"><Breakable text={code} /></code>
          <span role="cell" className="grid gap-1 text-fg-2 max-sm:col-start-2">{texts.map((text) => <span key={text}>{say(text)}</span>)}</span>
          <span role="cell" className="text-fg-2 max-sm:col-start-2 max-sm:text-13"><span className="text-fg-3 sm:hidden">{words.retry}: </span>{retry ? words.yes : words.no}</span>
        </div>
      ))}
    </div>
  );
}

/** Every code of what may be left out, with the field that it is about below it; on a phone one under the other. */
export function LiveLosses({ live: { losses, words }, say }: { live: LiveFacts; say: (text: string) => ReactNode }) {
  const columns = "grid gap-x-6 gap-y-1 sm:grid-cols-[232px_minmax(0,1fr)]";
  return (
    <div className="mt-5" role="table" aria-label={words.loss}>
      <div role="row" className={`${columns} pb-2 text-12 text-fg-3 max-sm:hidden`}>{[`${words.loss}, ${words.field}`, words.happens].map((word) => <span key={word} role="columnheader">{word}</span>)}</div>
      {losses.map(({ code, field, text }) => (
        <div key={code} role="row" className={`${columns} border-t py-2.5`}>
          <span role="cell"><code className="block text-13 [overflow-wrap:anywhere]"><Breakable text={code} /></code><span className="block text-12 text-fg-3">{words.field}: <code className="[overflow-wrap:anywhere]">{field}</code></span></span>
          <span role="cell" className="text-fg-2">{say(text)}</span>
        </div>
      ))}
    </div>
  );
}

/** The formats that this shop answers, each with its address. */
export function LiveFormats({ live: { offered, words } }: { live: LiveFacts }) {
  return (
    <table className="tbl tbl-flush mt-5">
      <thead><tr><th scope="col">{words.format}</th><th scope="col">{words.address}</th></tr></thead>
      <tbody>
        {FORMAT_PATHS.filter(([format]) => offered.has(format)).map(([format, path]) => (
          <tr key={format}><td>{format}</td><td className="whitespace-normal!"><code className="text-13 [overflow-wrap:anywhere]"><Address path={formatAddress(format, path)} /></code></td></tr>
        ))}
      </tbody>
    </table>
  );
}
