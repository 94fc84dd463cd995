/**
 * Rendezvous hashing: everybody who knows the same names picks the same one without asking anybody, and when one goes,
 * those who had picked it alone pick anew.
 */

/** How much `name` is drawn to `id`: the same everywhere, and as good as by chance (FNV-1a, finished as MurmurHash3 is). */
export function attraction(name: string, id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

type Weighted = Readonly<{ channelId: string; weight: number }>;

/** The one among channels to which a conversation is drawn most; each gets its weight's share of all conversations. */
export function rendezvous<T extends Weighted>(candidates: readonly T[], name: string): T {
  const even = candidates.every(({ weight }) => weight <= 0);
  let winner = candidates[0]!, most = -Infinity;
  for (const candidate of candidates) {
    const chance = (attraction(name, candidate.channelId) + 0.5) / 2 ** 32;
    const score = (even ? 1 : candidate.weight) / -Math.log(chance);
    if (score <= most) continue;
    most = score;
    winner = candidate;
  }
  return winner;
}
