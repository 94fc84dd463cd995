/** A start that cannot go on; `message` is for the operator and says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** A command was called wrongly; `message` shows how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
