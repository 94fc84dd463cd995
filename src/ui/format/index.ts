export { MINUS, MISSING } from "#ui/format/decimal.ts";
export { shortId } from "#ui/format/id.ts";
export {
  formatAxisUsd, formatBalance, formatCharge, formatCsvUsd, formatExact, formatSigned, formatTotal, moneyInputText, parseMoneyInput, type MoneyInputError,
} from "#ui/format/money.ts";
export { formatChange, formatContext, formatCount, formatLatency, formatPercent, formatThroughput, formatTokens } from "#ui/format/numbers.ts";
export { formatPerMillion, formatPerPiece, formatUnitPrice, formatUsdPerMillion } from "#ui/format/price.ts";
export {
  bucketOf, bucketStarts, dayText, hourAhead, parseRange, presetOf, presetParameters, rangeBefore, RANGE_PRESETS, type Bucket, type Range, type RangePreset,
} from "#ui/format/range.ts";
export { formatBucket, formatClock, formatDate, formatDay, formatLogTime, formatStamp, formatTime } from "#ui/format/time.ts";
export { isZone, zoneOf, type Wall, type Zone } from "#ui/format/zone.ts";
