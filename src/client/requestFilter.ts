import { type Scheme, schemeOfVersion, signedHeaders } from "../fc/signature/sign.ts";
import { versionOfPath } from "../fc/versions.ts";

/** A signature scheme, as the Authorization header calls it. */
export type SignatureScheme = "FC" | "acs" | "ACS3-HMAC-SHA256";

export interface RequestFilterOptions {
  /** The sandbox's endpoint: the paths that are signed are relative to it. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Default: the scheme by which the official SDKs of the request's API version sign. */
  readonly scheme?: SignatureScheme;
  /** Which requests are signed. The others stay as they are, with the signature that they have. Default: all. */
  readonly signs?: (request: { readonly method: string; readonly path: string }) => boolean;
}

/** A request as express has it, as far as a signature is concerned. */
export interface ServedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  /** The body as its bytes, or as the value of its JSON. */
  readonly body?: unknown;
}

/** Signs requests: as a middleware of express, and by `sign` as a step before `fetch`. */
export interface RequestFilter {
  (request: ServedRequest, response: unknown, next: (error?: unknown) => void): void;
  /** The request, signed: for `fetch(await filter.sign(url, init))`. */
  sign(input: string | URL | Request, init?: RequestInit): Promise<Request>;
}

/**
 * Makes a filter that signs requests with a sandbox's access key, as the `requestFilter` of Pact's verifier. A signature that
 * a request has already is replaced. The scheme `acs` needs the header Date, which browsers do not let programs set.
 */
export function requestFilter({
  endpoint,
  accessKeyId,
  accessKeySecret,
  scheme,
  signs = () => true,
}: RequestFilterOptions): RequestFilter {
  const base = new URL(endpoint);
  const prefix = base.pathname.replace(/\/$/, "");
  const key = { accessKeyId, accessKeySecret };
  const headersFor = (
    { method, target, headers }: { method: string; target: string; headers: Headers },
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Headers> | undefined => {
    const inSandbox = target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : target;
    const [path = "", query = ""] = inSandbox.split(/\?(.*)/s, 2);
    if (!signs({ method, path })) return undefined;
    const by: Scheme = scheme ?? schemeOfVersion(versionOfPath(path).id);
    return signedHeaders(by, key, { method, path, query, headers, body }, new Date());
  };

  const filter = (request: ServedRequest, _: unknown, next: (error?: unknown) => void): void => {
    const { method, url: target } = request;
    // What the proxy of the verifier sends on, whatever its own address is.
    const headers = new Headers({ ...plain(request.headers), host: base.host });
    Promise.resolve(headersFor({ method, target, headers }, bodyOf(request.body)))
      .then((signed) => {
        if (signed === undefined) return;
        for (const name of Object.keys(request.headers)) if (!signed.has(name)) delete request.headers[name];
        for (const [name, value] of signed) request.headers[name] = value;
      })
      .then(() => next(), next);
  };

  const sign = async (input: string | URL | Request, init?: RequestInit): Promise<Request> => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const { host, pathname, search } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = new Headers(request.headers);
    headers.set("Host", host);
    const signed = await headersFor({ method: request.method, target: pathname + search, headers }, body);
    // The client that sends the request sets it.
    signed?.delete("Host");
    return new Request(request, {
      headers: signed ?? request.headers,
      ...(body.length > 0 ? { body } : {}),
    });
  };

  return Object.assign(filter, { sign });
}

/** The headers that have one value. */
function plain(headers: ServedRequest["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

/** The bytes of a body that express has parsed: the verifier sends JSON on as `JSON.stringify` writes it. */
function bodyOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (typeof body !== "object" || body === null) return new Uint8Array();
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(body)));
}
