const SECRET_HEADERS = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-acs-security-token",
  "x-fc-security-token",
  "x-acs-accesskey-secret",
]);
const SECRET_PARAMETERS = /^(x-)?(acs-|fc-|oss-)?(signature|security-?token|access-?key-?secret|token)$/i;
const HIDDEN = "(secret)";

/** Headers as they may be kept: the values that prove who sent them replaced. */
export function redactedHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => [name, SECRET_HEADERS.has(name) ? HIDDEN : value]),
  );
}

/** Path and query as they may be kept: signatures and tokens in the query replaced. */
export function redactedUrl(url: URL): string {
  const query = url.search
    .slice(1)
    .split("&")
    .map((pair) => {
      const [name = ""] = pair.split("=", 1);
      return SECRET_PARAMETERS.test(decoded(name)) ? `${name}=${HIDDEN}` : pair;
    });
  return url.pathname + (url.search ? `?${query.join("&")}` : "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
