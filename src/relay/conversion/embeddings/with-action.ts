/** The address with another action behind the colon, as Google's have them. */
export function withAction(url: URL, action: string): URL {
  const own = new URL(url);
  own.pathname = own.pathname.replace(/:\w+$/, `:${action}`);
  return own;
}
