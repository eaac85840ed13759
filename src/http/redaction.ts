import { percentDecoded, type UrlParts } from "../lib/url.ts";

// Patterns rather than a list, so that a new SDK's secrets are redacted too. A browser sends the live feed's
// token in Sec-WebSocket-Protocol.
const SECRET_HEADERS =
  /authorization|cookie|secret|token|password|api-?key|signature$|^sec-websocket-protocol$/;
const SECRET_PARAMETERS = /(signature|secret|(?<!^next)token|password|api-?key)$/i;
const HIDDEN = "(secret)";

/**
 * A request's headers for the journal: secret values are replaced, and headers that exceed `maxCharacters` in
 * total are omitted.
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

/** Path and query for the journal: secret parameters are replaced, and the text is cut to `maxCharacters`. */
export function redactedUrl({ path, query }: UrlParts, maxCharacters: number): string {
  if (query === "") return path.slice(0, maxCharacters);
  const redacted = query.split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return SECRET_PARAMETERS.test(percentDecoded(name)) ? `${name}=${HIDDEN}` : pair;
  });
  return `${path}?${redacted.join("&")}`.slice(0, maxCharacters);
}
