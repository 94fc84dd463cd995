import "server-only";
import { getTranslations } from "next-intl/server";
import { docGroups, guideContext, liveFacts } from "#app/docs-context.ts";
import { guideText } from "#app/guide-text.ts";
import { managementText } from "#app/management-text.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { shop } from "#app/shop.ts";
import { MANAGEMENT_ERRORS } from "#management/index.ts";
import { matchRoute } from "#relay/index.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { fill } from "#ui/storefront/docs/blocks.ts";
import { ENDPOINTS, HEADERS } from "#ui/storefront/docs/endpoints.ts";
import { absoluteLinks, guideMarkdown } from "#ui/storefront/docs/guide-markdown.ts";
import { GUIDES, works } from "#ui/storefront/docs/guides.ts";
import { callGroups, curlOf, fieldText } from "#ui/storefront/docs/management-text.ts";
import { apiCalls, type ApiCall, type ApiField } from "#ui/storefront/docs/open-api.ts";
import { shortJson } from "#ui/storefront/docs/short-json.ts";
import { MARKDOWN_ENDING, mdCode, mdFence, mdPage, mdTable } from "#ui/storefront/markdown.ts";

/** A page of the documentation by its address below `/docs`; undefined where there is none, or it does not hold here. */
export async function docsMarkdown(locale: Locale, slug: string): Promise<string | undefined> {
  if (slug === "") return indexMarkdown(locale);
  if (slug === "api") return apiMarkdown(locale);
  if (slug === "api/management") return managementMarkdown(locale);
  const guide = GUIDES.find((each) => each.slug === slug);
  if (!guide || !works(guide, offeredFormats())) return undefined;
  const [text, context, live] = await Promise.all([guideText(locale, guide), guideContext(), liveFacts(locale)]);
  return guideMarkdown(text, context, { base: context.base, locale }, live);
}

async function indexMarkdown(locale: Locale): Promise<string> {
  const t = await getTranslations({ locale, namespace: "docs" });
  const [base, groups] = await Promise.all([(await shop()).baseUrl(), docGroups(locale, "")]);
  return mdPage([
    `# ${t("title")}`, t("lead"), `${t("base")}: ${mdCode(`${base}/v1`)}`,
    ...groups.filter(({ links }) => links.length > 0).flatMap(({ title, links }) => [`## ${title}`, links.map(({ text, href }) => `- [${text}](${base}${href}${MARKDOWN_ENDING})`).join("\n")]),
  ]);
}

async function apiMarkdown(locale: Locale): Promise<string> {
  const t = await getTranslations({ locale, namespace: "docs.api" });
  const context = await guideContext();
  const say = (text: string): string => absoluteLinks(text, { base: context.base, locale });
  const sample = (title: string, code: string | undefined): readonly string[] => (code === undefined || code === "" ? [] : [`${title}:`, mdFence(fill(code, context), "json")]);
  const answered = ENDPOINTS.filter(({ method, path }) => matchRoute(method, path.replaceAll(/\{\w+\}/g, "any")).kind !== "error");
  return mdPage([
    `# ${t("title")}`, say(t("lead")),
    ...answered.flatMap(({ id, method, path, request, answer }) => [`## ${mdCode(`${method} ${path}`)}`, say(t(`endpoints.${id}`)), ...sample(t("request"), request), ...sample(t("answer"), answer)]),
    `## ${t("headers")}`, mdTable([t("header"), t("meaning")], HEADERS.map(([name, text]) => [mdCode(name), say(t(`headerTexts.${text}`))])),
  ]);
}

const FILE = "/api/v1/openapi.json";

async function managementMarkdown(locale: Locale): Promise<string> {
  const t = await getTranslations({ locale, namespace: "docs.management" });
  const { management, baseUrl } = await shop();
  const base = await baseUrl();
  const description: unknown = await (await management(new Request(new URL(FILE, base)))).json();
  const text = await managementText(locale);
  const say = (words: string | undefined): string => absoluteLinks(words ?? "", { base, locale });
  const fields = (title: string, call: ApiCall, all: readonly ApiField[]): readonly string[] =>
    (all.length === 0 ? [] : [`${title}:`, all.map(({ name, kind, required }) => `- ${mdCode(name)} ${kind}${required ? `, ${t("required")}` : ""}: ${say(fieldText(text, call, name))}`).join("\n")]);
  const callMarkdown = (call: ApiCall): readonly string[] => [
    `### ${text.calls[call.id]?.title ?? call.summary}`, mdCode(`${call.method} ${call.path}`), say(text.calls[call.id]?.text), call.permission === undefined ? t("public") : `${t("permission")} ${mdCode(call.permission)}`,
    ...fields(t("parameters"), call, call.parameters), ...fields(t("body"), call, call.body), `${t("request")}:`, mdFence(curlOf(call, base), "shell"),
    ...(call.shown.answer === undefined ? [] : [`${t("answer")}:`, mdFence(shortJson(call.shown.answer), "json")]), ...fields(t("answerFields"), call, call.answer),
  ];
  return mdPage([
    `# ${t("title")}`, `${say(t("lead"))} [${t("file")}](${base}${FILE})`,
    ...Object.values(text.sections).flatMap((section) => [`## ${section.title}`, say(section.text)]),
    `## ${t("errors")}`, say(t("errorsLead")), Object.entries(MANAGEMENT_ERRORS).map(([code, status]) => `- ${status} ${mdCode(code)}: ${say(text.errors[code])}`).join("\n"),
    ...callGroups(apiCalls(description)).flatMap(({ tag, calls }) => [`## ${text.groups[tag]?.title ?? tag}`, text.groups[tag]?.text, ...calls.flatMap(callMarkdown)]),
  ]);
}
