import "server-only";
import type { Locale } from "#ui/i18n/routing.ts";
import type { ManagementText } from "#ui/storefront/docs/management-text.ts";

/** Words for the management interface. Loaded apart from the other messages: they are long, and one page needs them. */
export async function managementText(locale: Locale): Promise<ManagementText> {
  const { default: text } = (await import(`../ui/messages/${locale}/docs-management.json`)) as { default: ManagementText };
  return text;
}
