type Headers = Readonly<Record<string, string>>;
type Authorize = (key: string) => Headers;

const NONE: Headers = {};

/** `Authorization: Bearer <key>`; nothing for a server without keys. */
export const bearer: Authorize = (key) => (key === "" ? NONE : { authorization: `Bearer ${key}` });

/** `Authorization: Token <key>`. */
export const token: Authorize = (key) => (key === "" ? NONE : { authorization: `Token ${key}` });

/** The key alone in a header of this name. */
export const header = (name: string): Authorize => (key) => (key === "" ? NONE : { [name]: key });
