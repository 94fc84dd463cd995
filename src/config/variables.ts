/** The whole environment, for files whose text names a variable (`{ env: NAME }`). Settings of the shop are in `env.ts`. */
export const environmentVariables = (): Readonly<Record<string, string | undefined>> => process.env;
