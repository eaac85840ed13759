import type { Filter, JournalEntry } from "../../../client/index.ts";
import { endpoint } from "../address.ts";
import type { ApiCall } from "../api.ts";
import { configOfRequest, titleOf } from "../configs/configs.ts";

/** What a request is for: the config, or the operation and its names, or else the address. */
export function subjectOf(entry: JournalEntry): string {
  const { operation, service, function: name, qualifier, url } = entry;
  const config = configOfRequest(entry);
  if (config) return titleOf(config);
  if (operation === null) return url.length > 80 ? `${url.slice(0, 80)}…` : url;
  const names = [service, name].filter(Boolean).join(" / ");
  return [operation, names, qualifier && `: ${qualifier}`].filter(Boolean).join(" ");
}

/** Whether the response of a request broke off. */
export function isBroken({ effects = [] }: JournalEntry): boolean {
  return effects.some((effect) => effect.split(";")[0] === "broken");
}

/** Headers that are the connection's, the client's own, or were replaced in the journal. */
const NOT_REPEATED =
  /^(host|connection|content-length|content-md5|accept-encoding|user-agent|origin|referer|cookie|date|authorization|x-fc-date|x-fc-security-token|x-acs-.*|x-forwarded-.*|x-real-ip|cf-.*|sec-.*|priority|dnt|cache-control|pragma)$/i;

/** A request as it can be sent again, without what signed it. */
export function callOf(entry: JournalEntry): ApiCall {
  const headers = Object.entries(entry.headers).filter(([name]) => !NOT_REPEATED.test(name));
  return {
    method: entry.method as ApiCall["method"],
    path: withoutSignature(withoutSandbox(entry)),
    headers: Object.fromEntries(headers),
    // fetch sends no body with these, whatever a client did.
    ...(entry.body === "" || entry.method === "GET" || entry.method === "HEAD" ? {} : { body: entry.body }),
  };
}

/** The path and query below the sandbox's endpoint: a request that named its sandbox in the path has it there. */
function withoutSandbox({ url, sandbox }: JournalEntry): string {
  const prefix = `/s/${sandbox}`;
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}

/** A path and query without the items that sign it. */
function withoutSignature(url: string): string {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  const query = at < 0 ? "" : url.slice(at + 1);
  const items = [...new URLSearchParams(query)].filter(
    ([name]) =>
      !/^(Signature|x-acs-.*|x-fc-(access-key-id|signature|expires|security-token)|Expires|OSSAccessKeyId)$/i.test(
        name,
      ),
  );
  return items.length === 0 ? path : `${path}?${new URLSearchParams(items)}`;
}

/** The command that sends a request again. */
export function curlOf(entry: JournalEntry): string {
  const { method, path, headers = {}, body } = callOf(entry);
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [
    `curl -X ${method} ${quoted(endpoint + path)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(body)}`]),
  ];
  return lines.join(" \\\n  ");
}

/** The JavaScript that sends a request again. */
export function fetchOf(entry: JournalEntry): string {
  const { method, path, headers = {}, body } = callOf(entry);
  const options = { method, headers, ...(body === undefined ? {} : { body }) };
  return `await fetch(${JSON.stringify(endpoint + path)}, ${JSON.stringify(options, null, 2)});`;
}

/** The filter that a request like this one matches: its operation, names, status and body. */
function filterOf(entry: JournalEntry): Filter {
  const { operation, service, function: name, qualifier, status, bodyCut } = entry;
  const body = bodyCut ? undefined : parsed(entry.body);
  return {
    ...(operation === null ? { method: entry.method } : { operation }),
    ...(service === null ? {} : { service }),
    ...(name === null ? {} : { function: name }),
    ...(qualifier === null ? {} : { qualifier }),
    status,
    ...(typeof body === "object" && body !== null && Object.keys(body).length > 0 ? { body } : {}),
  };
}

/** The assertion, in a test with `fc-sandbox/client`, that a request like this one was sent. */
export function verificationOf(entry: JournalEntry): string {
  return `await sandbox.requests.verify(${JSON.stringify(filterOf(entry), null, 2)});`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A body for display: JSON with line breaks, other text as it is. */
export function pretty(body: string): string {
  const value = parsed(body);
  return value === undefined ? body : JSON.stringify(value, null, 2);
}
