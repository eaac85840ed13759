import { percentDecoded, type UrlParts } from "./url.ts";

// By what they are called, so that the next SDK's are hidden too; a browser's feed has its token in the protocol.
const SECRET_HEADERS = /authorization|cookie|secret|token|password|api-?key|^sec-websocket-protocol$/;
const SECRET_PARAMETERS = /^(x-)?(acs-|fc-|oss-)?(signature|security-?token|access-?key-?secret|token)$/i;
const HIDDEN = "(secret)";

/** Headers as they may be kept: the values that prove who sent them replaced. */
export function redactedHeaders(headers: Headers): Record<string, string> {
  const redacted: Record<string, string> = {};
  headers.forEach((value, name) => {
    redacted[name] = SECRET_HEADERS.test(name) ? HIDDEN : value;
  });
  return redacted;
}

/** Path and query as they may be kept: signatures and tokens in the query replaced. */
export function redactedUrl({ path, query }: UrlParts): string {
  if (query === "") return path;
  const redacted = query.split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return SECRET_PARAMETERS.test(percentDecoded(name)) ? `${name}=${HIDDEN}` : pair;
  });
  return `${path}?${redacted.join("&")}`;
}
