/**
 * The part of a wallet's money, or of a spending limit, that this node may give out without asking the database.
 * All amounts in nano-USD.
 */
export type Scope = {
  readonly key: string;
  readonly kind: "wallet" | "budget";
  /** Leased from the database and not yet consumed by a settlement. */
  leased: bigint;
  /** Set aside for running requests. */
  held: bigint;
  /** Charged, not yet settled. */
  settling: bigint;
  /** On its way back to the database. */
  returning: bigint;
  /** Running requests whose worst case is not held. */
  guarded: number;
  /** Requests that need this entry in memory, held or settling. */
  users: number;
  usedAtMs: number;
  /** Until then the database is known to have no more. */
  drainedUntilMs: number;
  /** What the database said last: money of others that is leased, and the wallet's debt or the budget's spending. */
  seen: { atMs: number; othersLeased: bigint; debt: bigint; spent: bigint; status: string; free: bigint };
  /** Budgets: the limit that the lease was taken under. */
  limit: bigint;
  /** The lease in the database may differ from `leased`: an answer was lost. */
  doubtful: boolean;
  /** Last value written for display. */
  shownHeld: bigint;
};

export const freeOf = (scope: Scope): bigint => scope.leased - scope.held - scope.settling - scope.returning;

/** This node's leases by scope. A request takes all its scopes in one synchronous call, so no locks are needed. */
export interface LeaseBook {
  scope(key: string, kind: Scope["kind"]): Scope;
  peek(key: string): Scope | undefined;
  all(): IterableIterator<Scope>;
  forget(scope: Scope): void;
  /** The node lost its leases (fence, or its rows were reaped); running requests go on without. */
  dropLeases(): void;
}

export function createLeaseBook(): LeaseBook {
  const scopes = new Map<string, Scope>();
  return {
    scope(key, kind) {
      let scope = scopes.get(key);
      if (!scope) {
        scope = {
          key, kind, leased: 0n, held: 0n, settling: 0n, returning: 0n, guarded: 0, users: 0, usedAtMs: 0, drainedUntilMs: 0,
          seen: { atMs: -Infinity, othersLeased: 0n, debt: 0n, spent: 0n, status: "active", free: 0n }, limit: 0n, doubtful: false, shownHeld: 0n,
        };
        scopes.set(key, scope);
      }
      return scope;
    },
    peek: (key) => scopes.get(key),
    all: () => scopes.values(),
    forget: (scope) => void scopes.delete(scope.key),
    dropLeases() {
      for (const scope of scopes.values()) {
        scope.leased = 0n;
        scope.doubtful = false;
      }
    },
  };
}

/**
 * What a request may take from all its scopes together.
 *
 * @param scopes the wallet first
 * @param overdraft this node's share of what a wallet may be exceeded by; never applies to budgets
 */
export function availableIn(scopes: readonly Scope[], overdraft: bigint): bigint {
  let least = freeOf(scopes[0]!) + overdraft;
  for (let i = 1; i < scopes.length; i++) {
    const free = freeOf(scopes[i]!);
    if (free < least) least = free;
  }
  return least;
}

/** Takes an amount from every scope, or from none. */
export function reserve(scopes: readonly Scope[], amount: bigint, overdraft: bigint): boolean {
  if (availableIn(scopes, overdraft) < amount) return false;
  for (const scope of scopes) {
    scope.held += amount;
    scope.users += 1;
  }
  return true;
}

/** Raises what a request holds already. */
export function extend(scopes: readonly Scope[], amount: bigint, overdraft: bigint): boolean {
  if (availableIn(scopes, overdraft) < amount) return false;
  for (const scope of scopes) scope.held += amount;
  return true;
}

/** The request has ended: its hold is over, its charge waits for the settlement. */
export function toSettling(scopes: readonly Scope[], held: bigint, charge: bigint, nowMs: number): void {
  for (const scope of scopes) {
    scope.held -= held;
    scope.settling += charge;
    scope.usedAtMs = nowMs;
  }
}

/** The request never ran: its hold is over and nothing was charged. */
export function giveUp(scopes: readonly Scope[], held: bigint): void {
  for (const scope of scopes) {
    scope.held -= held;
    scope.users -= 1;
  }
}

/** The charge is in the database, which took what it could from the lease. */
export function toSettled(scopes: readonly Scope[], charge: bigint): void {
  for (const scope of scopes) {
    scope.settling -= charge;
    scope.users -= 1;
    if (scope.kind === "budget") scope.seen.spent += charge;
  }
}
