import { createManagementToken, sealedForm, updateManagementToken } from "#accounts/index.ts";
import { codeHash, createCode, hintOf, updateCode } from "#payments/index.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { differences, picked, type Change, type PlanTools } from "#store/change.ts";
import type { ParsedStoreFile } from "#store/parse-store-file.ts";
import { sorted } from "#store/plan-catalog.ts";
import type { ShopState } from "#store/shop-state.ts";
import type { FileCode, FileToken } from "#store/store-file.ts";
import type { CodeView } from "#payments/index.ts";

export function planCodes({ file }: ParsedStoreFile, shop: ShopState, tools: PlanTools): Change[] {
  return (file.codes ?? []).flatMap((code, index): Change[] => {
    const current = findCurrent(code, shop, tools);
    if (typeof code.code !== "string" && !current) {
      tools.fail(["codes", index, "code"], "the shop has no code of this id: give the code itself");
      return [];
    }
    const wanted = {
      amount: formatUsd(code.amount), uses: code.uses, perUser: code.per_user, expiresAt: code.expires?.toISOString(),
      status: code.enabled === undefined ? undefined : code.enabled ? "active" as const : "disabled" as const,
    };
    const fields = differences(current ? comparable(current) : {}, wanted);
    if (current && fields.length === 0) return [];
    if (current && code.uses !== undefined && code.uses < current.used) {
      tools.fail(["codes", index, "uses"], `the code has been redeemed ${current.used} times already`);
    }
    const hint = typeof code.code === "string" ? hintOf(code.code) : current!.hint;
    return [{
      op: current ? "update" : "create", kind: "code", name: hint, fields,
      run: async (tx) => {
        if (current) {
          const { amount: _, expiresAt: __, ...rest } = picked(wanted, fields);
          return updateCode(tx, current, { ...rest, amountNano: code.amount, ...(code.expires && { expiresAt: code.expires }) });
        }
        const hash = codeHash(tools.codePepper, code.code as string)!;
        const terms = { amountNano: code.amount, uses: code.uses ?? 1, perUser: code.per_user ?? 1, ...(code.expires && { expiresAt: code.expires }) };
        const id = await createCode(tx, { ...terms, hash, hint, name: hint });
        if (wanted.status === "disabled") await updateCode(tx, { id, batchId: "" }, { status: "disabled" });
      },
    }];
  });
}

function findCurrent({ code }: FileCode, shop: ShopState, tools: PlanTools): CodeView | undefined {
  if (typeof code !== "string") return shop.codes.find(({ id }) => id === code.id);
  const hash = codeHash(tools.codePepper, code);
  return hash && shop.codes.find((known) => known.hash.equals(hash));
}

const comparable = (code: CodeView): Record<string, unknown> =>
  ({ amount: formatUsd(code.amountNano), uses: code.uses, perUser: code.perUser, expiresAt: code.expiresAt?.toISOString(), status: code.status });

export function pruneCodes(codes: readonly FileCode[], shop: ShopState, tools: PlanTools): Change[] {
  const named = new Set(codes.map((code) => findCurrent(code, shop, tools)?.id));
  return shop.codes.filter(({ id, status }) => status === "active" && !named.has(id)).map((code): Change => ({
    op: "remove", kind: "code", name: code.hint, fields: [], run: (tx) => updateCode(tx, code, { status: "disabled" }),
  }));
}

export function planTokens({ file }: ParsedStoreFile, shop: ShopState, tools: PlanTools): Change[] {
  return (file.management_tokens ?? []).flatMap((token): Change[] => {
    const current = shop.tokens.get(token.name);
    const secret = token.secret ?? (current ? undefined : tools.makeSecret("mm-admin-"));
    const newSecret = secret !== undefined && !current?.hash.equals(sealedForm(tools.keyPepper, secret).hash) ? secret : undefined;
    const wanted = {
      role: token.role, cidrs: token.cidrs && sorted(token.cidrs), expiresAt: token.expires?.toISOString(),
      status: token.enabled === undefined ? undefined : token.enabled ? "active" as const : "disabled" as const,
    };
    const known = current ? { ...current, hash: undefined, cidrs: sorted(current.cidrs), expiresAt: current.expiresAt?.toISOString() } : {};
    const fields = [...differences(known, wanted), ...(newSecret === undefined ? [] : [{ name: "secret", after: `${newSecret.slice(0, 10)}...${newSecret.slice(-4)}` }])];
    if (current && fields.length === 0) return [];
    return [{
      op: current ? "update" : "create", kind: "management token", name: token.name, fields,
      ...(token.secret === undefined && newSecret !== undefined && { madeSecret: newSecret }),
      run: async (tx) => {
        const { expiresAt: _, status, ...rest } = wanted;
        const more = { ...rest, ...(token.expires && { expiresAt: token.expires }) };
        const id = current?.id ?? (await createManagementToken(tx, tools.keyPepper, { ...more, name: token.name, secret: newSecret! }));
        if (current || status) await updateManagementToken(tx, tools.keyPepper, id, { ...more, ...(status && { status }), ...(current && newSecret !== undefined && { secret: newSecret }) });
      },
    }];
  });
}

export function pruneTokens(tokens: readonly FileToken[], shop: ShopState, keyPepper: Buffer): Change[] {
  const named = new Set(tokens.map(({ name }) => name));
  return [...shop.tokens.values()].filter(({ name, status }) => status === "active" && !named.has(name)).map((token): Change => ({
    op: "remove", kind: "management token", name: token.name, fields: [], run: (tx) => updateManagementToken(tx, keyPepper, token.id, { status: "disabled" }),
  }));
}
