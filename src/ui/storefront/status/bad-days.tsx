import { getFormatter, getTranslations } from "next-intl/server";
import { formatRate } from "#ui/storefront/status-words.ts";
import { daysWithFailures, type Day } from "#ui/storefront/uptime.ts";

const DAYS = 14;
const MODELS = 3;

/** Days on which requests failed, and which models they asked for. */
export async function BadDays({ days, names }: { days: readonly (Day & Readonly<{ modelId: string }>)[]; names: ReadonlyMap<string, string> }) {
  const t = await getTranslations("status.incidents");
  const format = await getFormatter();
  const all = daysWithFailures(days);
  const bad = all.slice(0, DAYS);
  return (
    <section className="mt-16" aria-labelledby="incidents">
      <h2 id="incidents" className="text-20 font-semibold">{t("title")}</h2>
      {bad.length === 0 ? <p className="mt-2 text-fg-2">{t("none")}</p> : (
        <ul className="mt-3 border-b">
          {bad.map(({ day, sum, models }) => (
            <li key={day} className="nums grid gap-x-6 gap-y-1 border-t py-3 md:grid-cols-[128px_minmax(0,360px)_minmax(0,1fr)]">
              <span>{format.dateTime(new Date(`${day}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" })}</span>
              <span className="text-fg-2">{t("line", { failed: sum.failed, requests: sum.requests, rate: formatRate(sum) })}</span>
              <span className="text-13 text-fg-3">
                {models.slice(0, MODELS).map(({ modelId, failed, requests }) => t("model", { name: names.get(modelId) ?? "", failed, requests })).join(t("comma"))}
                {models.length > MODELS ? ` ${t("more", { count: models.length - MODELS })}` : ""}
              </span>
            </li>
          ))}
        </ul>
      )}
      {all.length > DAYS ? <p className="mt-2 text-13 text-fg-3">{t("latest", { count: DAYS })}</p> : null}
    </section>
  );
}
