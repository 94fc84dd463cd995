/** The process's own environment, for what reads it behind our back: child processes, Next, next-auth. */

/** This process's environment with changes; `undefined` takes a variable out. */
export function childEnv(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Nothing but what is given, for programs that must not see our environment. Next's types demand NODE_ENV of every one. */
export const bareEnv = (variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...variables }) as NodeJS.ProcessEnv;

/** Sets variables that a library reads from the environment and takes no argument for. */
export function exportEnv(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}

/** `npm start` serves in production mode unless told otherwise. */
export function defaultNodeEnv(mode: "production" | "development"): void {
  if (!process.env.NODE_ENV) Object.assign(process.env, { NODE_ENV: mode });
}
