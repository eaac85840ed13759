import { BoundedMap } from "../lib/boundedMap.ts";
import { percentDecoded, type UrlParts } from "../lib/url.ts";

// Patterns rather than a list, so that a new SDK's secrets are redacted too. A browser sends the live feed's
// token in Sec-WebSocket-Protocol.
const SECRET_HEADERS =
  /authorization|assertion|cookie|secret|token|password|api-?key|signature$|^sec-websocket-protocol$/;
const SECRET_PARAMETERS = /(signature|secret|(?<!^next)token|password|api-?key)$/i;
const HIDDEN = "(secret)";

/** Which names of headers are those of secrets, as far as they came already: clients send the same names again and again. */
const secretNames = new BoundedMap<string, boolean>(1000);

function isSecret(name: string): boolean {
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  const found = SECRET_HEADERS.test(name);
  secretNames.set(name, found);
  return found;
}

/**
 * Headers for the journal, with names in lower case: secret values are replaced, and headers that exceed
 * `maxCharacters` in total are omitted.
 */
export function redactedHeaders(
  headers: Headers | Readonly<Record<string, string>>,
  maxCharacters: number,
): Record<string, string> {
  const redacted: Record<string, string> = {};
  let left = maxCharacters;
  const keep = (value: string, name: string) => {
    const shown = isSecret(name) ? HIDDEN : value;
    if (name.length + shown.length > left) return;
    left -= name.length + shown.length;
    redacted[name] = shown;
  };
  if (headers instanceof Headers) headers.forEach(keep);
  else for (const name of Object.keys(headers)) keep(headers[name] ?? "", name.toLowerCase());
  return redacted;
}

/** The value that the journal has in place of a secret. */
export function isHidden(value: string): boolean {
  return value === HIDDEN;
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
