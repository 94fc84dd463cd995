// One place for what pages of the storefront write numbers with.
export { formatBalance } from "#ui/format/money.ts";
export { formatContext, formatLatency } from "#ui/format/numbers.ts";
export { formatPerMillion, formatPerPiece } from "#ui/format/price.ts";
