import type { ApiFormat } from "#ui/storefront/formats.ts";
import { FORMAT_PATHS } from "#ui/storefront/formats.ts";

/** Facts that the relay itself states, with their words. */
export type LiveFacts = Readonly<{
  offered: ReadonlySet<ApiFormat>;
  errors: readonly Readonly<{ code: string; status: number; retry: boolean; text: string }>[];
  words: Readonly<{ code: string; status: string; meaning: string; retry: string; yes: string; no: string; format: string; address: string }>;
}>;

/** Every error that the relay can answer, with what to do. */
export function LiveErrors({ live: { errors, words } }: { live: LiveFacts }) {
  return (
    <div className="mt-5 overflow-x-auto" tabIndex={0} role="region" aria-label={words.code}>
      <table className="tbl tbl-flush min-w-[640px]">
        <thead><tr><th scope="col">{words.status}</th><th scope="col">{words.code}</th><th scope="col">{words.meaning}</th><th scope="col">{words.retry}</th></tr></thead>
        <tbody>
          {errors.map(({ code, status, retry, text }) => (
            <tr key={code}>
              <td className="nums py-2.5 align-top">{status}</td>
              <td className="py-2.5 align-top"><code className="text-13">{code}</code></td>
              <td className="py-2.5 align-top whitespace-normal! text-fg-2">{text}</td>
              <td className="py-2.5 align-top text-fg-2">{retry ? words.yes : words.no}</td>
            </tr>
          ))}
        </tbody>
      </table>
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
          <tr key={format}><td>{format}</td><td><code className="text-13 [overflow-wrap:anywhere]">{`POST ${path.replace("/any:", "/{model}:")}`}</code></td></tr>
        ))}
      </tbody>
    </table>
  );
}
