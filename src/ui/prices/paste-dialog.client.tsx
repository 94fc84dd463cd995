"use client";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { SegmentedControl, TextArea } from "#ui/kit/fields.client.tsx";
import type { BookRow } from "#ui/prices/price-list.client.tsx";
import { readPastedTable, type PastedTable, type PasteLine } from "#ui/prices/paste-table.ts";
import type { Notation } from "#ui/prices/price-math.ts";
import { priceText } from "#ui/prices/price-text.ts";

type Props = { rows: readonly BookRow[]; notation: Notation; onClose: () => void; onTake: (lines: readonly PasteLine<BookRow>[], notation: Notation) => void };

const FILE_BYTES_MAX = 2_000_000;

/** A table from a spreadsheet: what it would change and what is wrong with it, line by line. It goes onto the sheet; nothing is published here. */
export function PasteDialog({ rows, notation: shown, onClose, onTake }: Props) {
  const t = useTranslations("prices.paste");
  const words = useTranslations("prices");
  const file = useId();
  const [text, setText] = useState("");
  const [notation, setNotation] = useState(shown);
  const table = readPastedTable(text, rows, notation);
  const { lines } = table;
  const load = async (chosen: File | undefined) => {
    if (chosen && chosen.size <= FILE_BYTES_MAX) setText(await chosen.text());
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} size="lg" title={t("title")} description={t("text")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button variant="primary" disabled={lines.length === 0} onClick={() => onTake(lines, notation)}>{t("take", { count: lines.length })}</Button></>}>
      <div className="flex flex-col gap-4">
        <TextArea label={t("table")} mono rows={6} value={text} spellCheck={false} className="[&_textarea]:whitespace-pre" placeholder={t("example")} onChange={(event) => setText(event.target.value)} hint={t("hint")} />
        <div className="flex flex-wrap items-center gap-3">
          <SegmentedControl label={words("list.notation")} value={notation} onChange={setNotation} options={[{ value: "usd", label: words("usd") }, { value: "ratio", label: words("ratio") }]} />
          <label htmlFor={file} className="link cursor-pointer text-13 has-focus-visible:outline-2">{t("file")}<input id={file} type="file" accept=".csv,.tsv,.txt,text/csv" className="sr-only" onChange={(event) => void load(event.target.files?.[0])} /></label>
        </div>
        {text.trim() === "" ? null : <Result table={table} notation={notation} />}
      </div>
    </Dialog>
  );
}

function Result({ table: { lines, same, problems, ignored }, notation }: { table: PastedTable<BookRow>; notation: Notation }) {
  const t = useTranslations("prices.paste");
  const items = useTranslations("prices.items");
  const named = (item: string | undefined): string => (item !== undefined && items.has(item) ? items(item) : item ?? "");
  return (
    <>
      <p className="text-13 text-fg-2" role="status">{t("sum", { changed: lines.length, same, wrong: new Set(problems.map(({ line }) => line)).size })}{ignored.length > 0 ? ` ${t("ignored", { names: ignored.join(", ") })}` : ""}</p>
      {problems.length > 0 ? (
        <ul className="max-h-40 overflow-y-auto rounded-control bg-bad-soft px-3 py-2 text-13" tabIndex={0} aria-label={t("errors")}>
          {problems.map(({ line, kind, item, text }) => <li key={`${line} ${item ?? ""}`} className="py-0.5"><span className="nums font-medium text-bad">{t("line", { line })}</span> <span className="break-words">{t(`problems.${kind}`, { text, item: named(item) })}</span></li>)}
        </ul>
      ) : null}
      {lines.length > 0 ? (
        <div className="max-h-64 overflow-auto border-y" tabIndex={0} role="region" aria-label={t("changes")}>
          <table className="tbl tbl-dense tbl-flush w-full">
            <thead><tr><th className="num w-12">{t("lineHead")}</th><th>{t("model")}</th><th className="num">{t("before")}</th><th className="num">{t("after")}</th></tr></thead>
            <tbody>
              {lines.flatMap(({ line, row, items: changed }) => Object.keys(changed).map((item, at) => (
                <tr key={`${line} ${item}`}>
                  <td className="num text-fg-3">{at === 0 ? line : ""}</td>
                  <td className="max-w-0 truncate"><span className={at > 0 ? "sr-only" : "font-medium"}>{row.slug}</span> <span className="text-fg-2">{named(item)}</span></td>
                  <td className="num text-fg-3">{priceText(item, row.prices, notation)}</td>
                  <td className="num font-medium">{priceText(item, { ...row.prices, ...changed }, notation)}</td>
                </tr>
              )))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
