import type { Page } from "playwright";
import type { Facts } from "./facts.ts";

export type Who = "visitor" | "customer" | "newcomer" | "owner";
export type Place = "stocked" | "unopened" | "empty";

/** One picture: a page, or a page in a state that it can be brought into. */
export type Screen = Readonly<{
  area: "storefront" | "account" | "console" | "admin" | "states";
  name: string;
  /** The page's folder in src/app. */
  route: string;
  path: string | ((facts: Facts) => string);
  as: Who;
  place?: Place;
  act?: (page: Page, facts: Facts) => Promise<void>;
  /** Server calls of the page: answered, never answered, or refused. */
  calls?: "held" | "cut";
  /** Where the address leads on to. */
  lands?: string;
  /** The page shows waiting on purpose. */
  loads?: boolean;
  /** The page answers with an error status on purpose; the browser says so in its console. */
  missing?: boolean;
}>;

const LIST_WAIT = { timeout: 10_000 };
const dialog = (page: Page): Promise<void> => page.getByRole("dialog").or(page.getByRole("alertdialog")).first().waitFor(LIST_WAIT);

/** The first button of the page's head, which makes the thing that the page lists. */
async function pressPrimary(page: Page): Promise<void> {
  await page.locator("main .btn-primary:visible").first().click();
  await dialog(page);
}
const pressText = (text: RegExp) => async (page: Page): Promise<void> => {
  await page.locator("main").getByRole("button", { name: text }).first().click();
  await dialog(page);
};

/** Who runs the shop may give his own keys more than a customer can. */
async function operatorRights(page: Page): Promise<void> {
  await page.getByRole("dialog").locator("summary").last().click();
  await page.getByRole("dialog").getByRole("group").getByRole("checkbox").first().check();
}

type Simple = readonly [name: string, route: string, path: Screen["path"], more?: Partial<Screen>];
const group = (area: Screen["area"], as: Who, all: readonly Simple[]): Screen[] => all.map(([name, route, path, more]) => ({ area, name, route, path, as, ...more }));

/** `{locale}` stands for the language that the picture is taken in. */
const STOREFRONT = group("storefront", "visitor", [
  ["landing", "[locale]/(storefront)", "/{locale}"],
  ["models", "[locale]/models", "/{locale}/models"],
  ["models-cards", "[locale]/models", "/{locale}/models?view=cards"],
  ["models-no-match", "[locale]/models", "/{locale}/models?q=nothing-like-it"],
  ["model", "[locale]/models/[vendor]/[...model]", "/{locale}/models/anthropic/claude-sonnet-4-5"],
  ["model-by-time", "[locale]/models/[vendor]/[...model]", "/{locale}/models/deepseek/deepseek-v3.2"],
  ["model-by-image", "[locale]/models/[vendor]/[...model]", "/{locale}/models/openai/gpt-image-1"],
  ["pricing", "[locale]/pricing", "/{locale}/pricing"],
  ["docs", "[locale]/docs", "/{locale}/docs"],
  ["docs-quickstart", "[locale]/docs/[...slug]", "/{locale}/docs/quickstart"],
  ["docs-client", "[locale]/docs/[...slug]", "/{locale}/docs/cherry-studio"],
  ...["formats", "parameters", "videos", "realtime", "errors"].map((slug): Simple => [`docs-${slug}`, "[locale]/docs/[...slug]", `/{locale}/docs/${slug}`]),
  ["docs-api", "[locale]/docs/api", "/{locale}/docs/api"],
  ["docs-management", "[locale]/docs/api/management", "/{locale}/docs/api/management"],
  ["status", "[locale]/status", "/{locale}/status"],
  ["legal-terms", "[locale]/legal/[page]", "/{locale}/legal/terms"],
  ["legal-older", "[locale]/legal/[page]", "/{locale}/legal/terms?version=1"],
  ["legal-unset", "[locale]/legal/[page]", "/{locale}/legal/privacy"],
  ["not-found", "[locale]/[...missing]", "/{locale}/no-such-page", { missing: true }],
  ["signed-in", "[locale]/(storefront)", "/{locale}", { as: "customer" }],
]);

const ACCOUNT: readonly Screen[] = [
  ...group("account", "visitor", [
    ["set-up", "(account)/setup", ({ setUpPath }) => setUpPath, { place: "unopened" }],
    ["sign-in", "(account)/sign-in", "/sign-in"],
    ["sign-in-wrong", "(account)/sign-in", "/sign-in", {
      missing: true,
      act: async (page) => {
        await page.locator("input[type=email]").fill("nobody@lantern.example");
        await page.locator("input[type=password]").fill("not-the-password");
        await page.locator("form button[type=submit]").click();
        await page.getByRole("alert").first().waitFor(LIST_WAIT);
      },
    }],
    ["sign-up", "(account)/sign-up", "/sign-up"],
    ["reset", "(account)/reset", "/reset"],
    ["reset-by-link", "(account)/reset/[token]", "/reset/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"],
    ["verify", "(account)/verify", "/verify#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"],
  ]),
  ...group("account", "owner", [
    ...["shop", "vendor", "payments", "mail"].map((step): Simple => [`set-up-${step}`, "(account)/setup", `/setup?step=${step}`, { place: "empty" }]),
    ["set-up-connect", "(account)/setup", "/setup?step=vendor&provider=openai", { place: "empty" }],
    ["set-up-not-yet", "(account)/setup", "/setup?step=done", { place: "empty" }],
    ["set-up-test", "(account)/setup", ({ channelId }) => `/setup?step=vendor&channel=${channelId}`],
    ["set-up-prices", "(account)/setup", ({ channelId }) => `/setup?step=prices&channel=${channelId}`],
    ["set-up-done", "(account)/setup", "/setup?step=done"],
  ]),
  ...group("account", "newcomer", [["onboarding", "(account)/onboarding", "/onboarding"]]),
];

const CONSOLE = group("console", "customer", [
  ["overview", "console", "/console"],
  ["keys", "console/keys/(list)", "/console/keys"],
  ["key-new", "console/keys/(list)/new", "/console/keys/new"],
  ["key-new-operator", "console/keys/(list)/new", "/console/keys/new", { as: "owner", act: operatorRights }],
  ["key", "console/keys/[id]", ({ keyId }) => `/console/keys/${keyId}`],
  ["key-settings", "console/keys/[id]", ({ keyId }) => `/console/keys/${keyId}?tab=settings`],
  ["usage", "console/usage", "/console/usage?from=-30d"],
  ["usage-by-key", "console/usage", "/console/usage?from=-7d&group=key"],
  ["requests", "console/requests", "/console/requests"],
  ["requests-errors", "console/requests", "/console/requests?status=error"],
  ["own-tasks", "console/tasks", "/console/tasks"],
  ["own-task-drawer", "console/tasks", ({ ownTaskId }) => `/console/tasks?open=${ownTaskId}`, { act: dialog }],
  ["receipt-drawer", "console/requests", ({ requestId }) => `/console/requests?open=${requestId}`, { act: dialog }],
  ["receipt", "console/requests/[id]", ({ requestId }) => `/console/requests/${requestId}`],
  ["receipt-error", "console/requests/[id]", ({ failedId }) => `/console/requests/${failedId}`],
  ["models", "console/models", "/console/models"],
  ["playground", "console/playground", "/console/playground"],
  ["playground-two", "console/playground", "/console/playground?model=gpt-4o-mini&with=claude-sonnet-4-5", {
    act: async (page) => {
      await page.locator(".play-prompt").fill("What is a lantern?");
      await page.locator("main form button[type=submit]").click();
      await page.locator("[data-cost]").nth(1).waitFor({ ...LIST_WAIT, state: "attached" });
    },
  }],
  ["playground-edit", "console/playground", "/console/playground?model=gpt-4o-mini", {
    act: async (page) => {
      await page.locator(".play-prompt").fill("What is a lantern?");
      await page.locator("main form button[type=submit]").click();
      await page.locator("[data-cost]").first().waitFor({ ...LIST_WAIT, state: "attached" });
      await page.getByRole("button", { name: /^(Edit and run again|编辑并重新运行)$/ }).click();
    },
  }],
  ["wallet", "console/wallet", "/console/wallet"],
  ["orders", "console/wallet/orders", "/console/wallet/orders"],
  ["order", "console/wallet/return", ({ ownOrderId }) => `/console/wallet/return?order=${ownOrderId}`],
  ["settings", "console/settings", "/console/settings", { lands: "/console/settings/profile" }],
  ["profile", "console/settings/profile", "/console/settings/profile"],
  ["security", "console/settings/security", "/console/settings/security"],
  ["sessions", "console/settings/sessions", "/console/settings/sessions"],
  ["data", "console/settings/data", "/console/settings/data"],
  ["not-found", "console/requests/[id]", "/console/requests/req_00000000000000000000000000", { missing: true }],
]);

const ADMIN = group("admin", "owner", [
  ["dashboard", "admin", "/admin?from=-30d"],
  ["channels", "admin/channels", "/admin/channels"],
  ["channels-order", "admin/channels", "/admin/channels?view=order"],
  ["channels-edit", "admin/channels", "/admin/channels", {
    act: async (page) => {
      for (const box of (await page.locator("main tbody input[type=checkbox]:visible").all()).slice(1, 4)) await box.check();
      const edit = page.getByRole("button", { name: /^(Edit|编辑)$/ });
      if ((await edit.count()) === 0) return;
      await edit.click();
      await dialog(page);
      await page.getByRole("dialog").getByRole("textbox").first().fill("15");
    },
  }],
  ["channel-drawer", "admin/channels", ({ channelId }) => `/admin/channels?open=${channelId}`, { act: dialog }],
  ["channel-new", "admin/channels/new", "/admin/channels/new"],
  ["channel-connect", "admin/channels/new", "/admin/channels/new?step=connect&provider=openai"],
  ["channel-connect-cloud", "admin/channels/new", "/admin/channels/new?step=connect&provider=vertex", {
    act: async (page) => {
      const [name, , project, location] = await page.locator("main input:visible").all();
      await name!.fill("Vertex");
      await project!.fill("My_Project");
      await location!.fill("us-east5");
      await page.locator("main textarea").fill('{"type":"service_account"}\nAIzaSyStockVertexKeyOfThePictures000001');
    },
  }],
  ...["bedrock", "azure", "dify", "ollama", "openai-compatible"].map((provider): Simple => [`channel-connect-${provider}`, "admin/channels/new", `/admin/channels/new?step=connect&provider=${provider}`]),
  ["channel-models", "admin/channels/new", ({ channelId }) => `/admin/channels/new?step=models&provider=openai&id=${channelId}`],
  ["channel-sell", "admin/channels/new", ({ channelId }) => `/admin/channels/new?step=sell&provider=openai&id=${channelId}`],
  ["channel", "admin/channels/[id]", ({ channelId }) => `/admin/channels/${channelId}`],
  ["channel-failing", "admin/channels/[id]", ({ failingId }) => `/admin/channels/${failingId}`],
  ["channel-keys", "admin/channels/[id]/[tab]", ({ channelId }) => `/admin/channels/${channelId}/keys`],
  ["channel-models-tab", "admin/channels/[id]/[tab]", ({ channelId }) => `/admin/channels/${channelId}/models`],
  ["channel-overrides", "admin/channels/[id]/[tab]", ({ channelId }) => `/admin/channels/${channelId}/overrides`],
  ["channel-settings", "admin/channels/[id]/[tab]", ({ channelId }) => `/admin/channels/${channelId}/settings`],
  ...["overrides", "settings", "keys"].map((tab): Simple => [`channel-cloud-${tab}`, "admin/channels/[id]/[tab]", ({ cloudId }) => `/admin/channels/${cloudId}/${tab}`]),
  ["channel-cloud-wrong", "admin/channels/[id]/[tab]", ({ cloudId }) => `/admin/channels/${cloudId}/settings`, {
    act: async (page) => {
      await page.getByPlaceholder("gs://my-films/shop").fill("https://storage.example/films");
      await page.getByPlaceholder("claude-opus-4-1 us-east5").fill("claude-opus-4-1");
    },
  }],
  ["models", "admin/models", "/admin/models"],
  ["model-drawer", "admin/models", ({ modelId }) => `/admin/models?open=${modelId}`, { act: dialog }],
  ["model-catalogue", "admin/models", "/admin/models", { act: pressPrimary }],
  ["model", "admin/models/[id]", ({ modelId }) => `/admin/models/${modelId}`],
  ["model-preset", "admin/models/[id]", ({ presetId }) => `/admin/models/${presetId}`],
  ["model-wildcard", "admin/models/[id]", ({ wildcardId }) => `/admin/models/${wildcardId}`],
  ["channel-wildcard", "admin/channels/[id]/[tab]", ({ resellerId }) => `/admin/channels/${resellerId}/models`],
  ["channel-wildcard-test", "admin/channels/[id]", ({ resellerId }) => `/admin/channels/${resellerId}`, {
    act: async (page) => {
      await page.getByRole("combobox", { name: /^(Model to test with|测试用模型)$/ }).click();
      await page.getByRole("option", { name: "openrouter/*" }).click();
    },
  }],
  ["prices", "admin/prices", "/admin/prices"],
  ["prices-pasted", "admin/prices", "/admin/prices", {
    act: async (page) => {
      const open = page.getByRole("button", { name: /^(Paste a table|粘贴表格)$/ });
      if (!(await open.isVisible())) return;
      await open.click();
      await page.getByRole("dialog").getByRole("textbox").first().fill("model\tinput\toutput\tnote\ngpt-4.1\t2.50\t9.90\tx\ngrok-4\t3,60\t18\t\nno-such-model\t1\t2\t\nqwen3-max\t1.44\t7.20\t");
    },
  }],
  ["prices-typed", "admin/prices", "/admin/prices", {
    act: async (page) => {
      const cell = page.locator("input[data-price=output]:visible").nth(2);
      if ((await cell.count()) === 0) return;
      await cell.fill("0.60");
      await page.getByRole("region", { name: /1 change|1 处/ }).waitFor(LIST_WAIT);
    },
  }],
  ["prices-repriced", "admin/prices", "/admin/prices", {
    act: async (page) => {
      await pressPrimary(page);
      await page.getByText(/Margin over cost|按成本毛利率/).click();
    },
  }],
  ["price-drawer", "admin/prices", ({ modelId }) => `/admin/prices?open=${modelId}`, { act: dialog }],
  ["groups", "admin/groups", "/admin/groups"],
  ["group-drawer", "admin/groups", ({ groupId }) => `/admin/groups?open=${groupId}`, { act: dialog }],
  ["users", "admin/users", "/admin/users"],
  ["user", "admin/users/[id]", ({ userId }) => `/admin/users/${userId}`],
  ...["wallet", "keys", "requests", "sessions", "audit"].map((tab): Simple => [`user-${tab}`, "admin/users/[id]/[tab]", ({ userId }) => `/admin/users/${userId}/${tab}`]),
  ["user-adjust", "admin/users/[id]/[tab]", ({ userId }) => `/admin/users/${userId}/wallet`, { act: pressText(/adjust|调整|调账/i) }],
  ["codes", "admin/codes", "/admin/codes"],
  ["code-new", "admin/codes", "/admin/codes", { act: pressPrimary }],
  ["code-batch", "admin/codes/[id]", ({ batchId }) => `/admin/codes/${batchId}`],
  ["orders", "admin/orders", "/admin/orders"],
  ["order", "admin/orders/[id]", ({ orderId }) => `/admin/orders/${orderId}`],
  ["order-refund", "admin/orders/[id]", ({ orderId }) => `/admin/orders/${orderId}`, { act: pressText(/refund|退款/i) }],
  ["refunds", "admin/refunds", "/admin/refunds"],
  ["disputes", "admin/disputes", "/admin/disputes"],
  ["ledger", "admin/ledger", "/admin/ledger"],
  ["ledger-account", "admin/ledger/accounts/[id]", ({ accountId }) => `/admin/ledger/accounts/${accountId}`],
  ["ledger-transactions", "admin/ledger/transactions", "/admin/ledger/transactions"],
  ["ledger-wallet", "admin/ledger/transactions", ({ walletId }) => `/admin/ledger/transactions?wallet=${walletId}`],
  ["ledger-transaction", "admin/ledger/transactions/[id]", ({ transactionId }) => `/admin/ledger/transactions/${transactionId}`],
  ["requests", "admin/requests", "/admin/requests"],
  ["request-drawer", "admin/requests", ({ requestId }) => `/admin/requests?open=${requestId}`, { act: dialog }],
  ["request", "admin/requests/[id]", ({ requestId }) => `/admin/requests/${requestId}`],
  ["request-failed", "admin/requests/[id]", ({ failedId }) => `/admin/requests/${failedId}`],
  ["audit", "admin/audit", "/admin/audit"],
  ["audit-drawer", "admin/audit", ({ auditSeq }) => `/admin/audit?action=channel.create&open=${auditSeq}`, { act: dialog }],
  ["approvals", "admin/approvals", "/admin/approvals"],
  ["staff", "admin/staff", "/admin/staff"],
  ["staff-token", "admin/staff", "/admin/staff", { act: pressText(/token|令牌/i) }],
  ["health", "admin/health", "/admin/health"],
  ["tasks", "admin/tasks", "/admin/tasks"],
  ["task-drawer", "admin/tasks", ({ taskId }) => `/admin/tasks?open=${taskId}`, { act: dialog }],
  ["incidents", "admin/incidents", "/admin/incidents"],
  ["incident-drawer", "admin/incidents", ({ incidentId }) => `/admin/incidents?open=${incidentId}`, { act: dialog }],
  ["incident-new", "admin/incidents", "/admin/incidents", { act: pressPrimary }],
  ["settings", "admin/settings", "/admin/settings"],
  ...["brand", "landing", "legal", "payments", "money", "relay", "mail"].map((area): Simple => [`settings-${area}`, "admin/settings/[area]", `/admin/settings/${area}`]),
  ["gallery", "admin/dev/ui", "/admin/dev/ui", { loads: true }],
  ["gallery-data", "admin/dev/data", "/admin/dev/data", { loads: true }],
]);

/** What pages look like with nothing to show, while they wait, and when the shop does not answer. */
const EMPTY_CONSOLE: readonly string[] = ["", "/keys", "/usage", "/requests", "/models", "/playground", "/wallet", "/wallet/orders"];
const EMPTY_ADMIN: readonly string[] = ["", "/channels", "/models", "/prices", "/groups", "/users", "/codes", "/orders", "/refunds", "/disputes", "/ledger", "/requests", "/audit", "/staff", "/health", "/incidents", "/tasks"];
const LISTS = ["/console/requests", "/console/wallet", "/admin", "/admin/channels", "/admin/requests", "/admin/ledger"] as const;
const nameOf = (path: string): string => path.slice(1).replaceAll("/", "-");
const STATES: readonly Screen[] = [
  ...group("states", "visitor", [["empty-landing", "[locale]/(storefront)", "/{locale}", { place: "empty" }], ["empty-models", "[locale]/models", "/{locale}/models", { place: "empty" }], ["empty-pricing", "[locale]/pricing", "/{locale}/pricing", { place: "empty" }], ["empty-status", "[locale]/status", "/{locale}/status", { place: "empty" }]]),
  ...EMPTY_CONSOLE.map((path): Screen => ({ area: "states", name: `empty-console${path.replaceAll("/", "-")}`, route: `console${path}`, path: `/console${path}`, as: "newcomer", place: "empty" })),
  ...EMPTY_ADMIN.map((path): Screen => ({ area: "states", name: `empty-admin${path.replaceAll("/", "-")}`, route: `admin${path}`, path: `/admin${path}`, as: "owner", place: "empty" })),
  ...(["held", "cut"] as const).flatMap((calls) => LISTS.map((path): Screen => ({
    area: "states", name: `${calls === "held" ? "loading" : "error"}-${nameOf(path)}`, route: path.slice(1), path, as: path.startsWith("/admin") ? "owner" : "customer", calls,
  }))),
];

export const SCREENS: readonly Screen[] = [...STOREFRONT, ...ACCOUNT, ...CONSOLE, ...ADMIN, ...STATES];
