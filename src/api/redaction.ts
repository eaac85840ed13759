import type { UrlParts } from "./url.ts";

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
  const redacted: Record<string, string> = {};
  headers.forEach((value, name) => {
    redacted[name] = SECRET_HEADERS.has(name) ? HIDDEN : value;
  });
  return redacted;
}

/** Path and query as they may be kept: signatures and tokens in the query replaced. */
export function redactedUrl({ path, query }: UrlParts): string {
  if (query === "") return path;
  const redacted = query.split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return SECRET_PARAMETERS.test(decoded(name)) ? `${name}=${HIDDEN}` : pair;
  });
  return `${path}?${redacted.join("&")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
