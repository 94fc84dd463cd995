// Models that stand for all names that begin as they do: `vendor/*`.

export const isWildcard = (slug: string): boolean => slug.endsWith("*");

type Slugged = Readonly<{ slug: string }>;

/** Those that can be asked for as they stand. */
export const callable = <Row extends Slugged>(rows: readonly Row[]): Row[] => rows.filter(({ slug }) => !isWildcard(slug));

/** A name that stands below a wildcard and for nothing else, with what the wildcard says of it; the longest beginning wins, as at the relay. */
export function rowBelow<Row extends Slugged>(rows: readonly Row[], name: string): Row | undefined {
  if (/[\s*?#]/.test(name) || rows.some(({ slug }) => slug === name)) return undefined;
  const [longest] = rows.filter(({ slug }) => isWildcard(slug) && name.length >= slug.length && name.startsWith(slug.slice(0, -1))).sort((a, b) => b.slug.length - a.slug.length);
  return longest && { ...longest, slug: name };
}

/** Those that can be asked for, and names below a wildcard that somebody has in mind. */
export const callableWith = <Row extends Slugged>(rows: readonly Row[], names: readonly (string | null | undefined)[]): Row[] =>
  [...callable(rows), ...[...new Set(names)].flatMap((name) => (name ? rowBelow(rows, name) ?? [] : []))];

/** What a channel asks its vendor for where the operator says nothing else: the name, or what stands for the wildcard's star. */
export const upstreamPreset = (publicName: string): string => (isWildcard(publicName) ? "*" : publicName);

export const isUpstreamFor = (publicName: string, upstream: string): boolean => !isWildcard(publicName) || /^[^*]*\*$/.test(upstream);
