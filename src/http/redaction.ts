import { percentDecoded, type UrlParts } from "../lib/url.ts";

// By what they are called, so that the next SDK's are hidden too; a browser's feed has its token in the protocol.
const SECRET_HEADERS =
  /authorization|cookie|secret|token|password|api-?key|signature$|^sec-websocket-protocol$/;
const SECRET_PARAMETERS = /(signature|secret|(?<!^next)token|password|api-?key)$/i;
const HIDDEN = "(secret)";

/**
 * Headers as they may be kept: the values that prove who sent them replaced, and those left out that don't fit into so
 * many characters.
 */
export function redactedHeaders(headers: Headers, maxCharacters: number): Record<string, string> {
  const redacted: Record<string, string> = {};
  let left = maxCharacters;
  headers.forEach((value, name) => {
    const shown = SECRET_HEADERS.test(name) ? HIDDEN : value;
    if (name.length + shown.length > left) return;
    left -= name.length + shown.length;
    redacted[name] = shown;
  });
  return redacted;
}

/** The beginning of path and query as it may be kept: signatures and tokens in the query replaced. */
export function redactedUrl({ path, query }: UrlParts, maxCharacters: number): string {
  if (query === "") return path.slice(0, maxCharacters);
  const redacted = query.split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return SECRET_PARAMETERS.test(percentDecoded(name)) ? `${name}=${HIDDEN}` : pair;
  });
  return `${path}?${redacted.join("&")}`.slice(0, maxCharacters);
}
