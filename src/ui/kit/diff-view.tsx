import { EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { REDACTED, type Change } from "#ui/kit/json-tree.ts";

export { diffValues, type Change } from "#ui/kit/json-tree.ts";

type Props = {
  changes: readonly Change[];
  /** How many fields are as they were; said below. */
  same?: number;
  /** The field's name for people; by default its path. */
  name?: (path: string) => ReactNode;
  className?: string;
};

/** What was and what is: two columns where there is room, one below the other on a phone. */
export function DiffView({ changes, same = 0, name = (path) => <code className="text-13">{path}</code>, className }: Props) {
  const t = useTranslations("tables");
  if (changes.length === 0) return <p className="text-13 text-fg-2">{t("diff.none")}</p>;
  // Where something is made, there is no before to show.
  const made = changes.every(({ before }) => before === undefined);
  return (
    <div className={cn("min-w-0", className)}>
      <table className={cn("diff", made && "diff-made")}>
        <thead>
          <tr><th scope="col">{t("diff.field")}</th>{made ? null : <th scope="col">{t("diff.before")}</th>}<th scope="col">{t(made ? "diff.made" : "diff.after")}</th></tr>
        </thead>
        <tbody>
          {changes.map(({ path, before, after }) => (
            <tr key={path}>
              <th scope="row">{name(path)}</th>
              {made ? null : <td className={before === undefined ? "diff-unset" : "diff-old"}><Side sign="−" value={before} missing={t("diff.unset")} /></td>}
              <td className={after === undefined ? undefined : "diff-new"}><Side sign="+" value={after} missing={t("diff.unset")} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {same > 0 ? <p className="mt-2 text-12 text-fg-3">{t("diff.same", { count: same })}</p> : null}
    </div>
  );
}

function Side({ sign, value, missing }: { sign: string; value: string | undefined; missing: string }) {
  const t = useTranslations("tables");
  if (value === undefined) return <span className="text-fg-3">{missing}</span>;
  return (
    <>
      <span className="diff-sign" aria-hidden="true">{sign}</span>
      {value === REDACTED ? <span className="inline-flex items-center gap-1 text-fg-3"><EyeOff size={12} strokeWidth={1.75} aria-hidden="true" />{t("json.redacted")}</span> : value === "" ? <span className="text-fg-3">{t("json.empty")}</span> : value}
    </>
  );
}
