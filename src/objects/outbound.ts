import { err, ok, type Result } from "../lib/result.ts";

/** The answer to a request that the sandbox sent. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Why a request that the sandbox sent has no answer. */
export interface OutboundFailure {
  readonly kind: "refused" | "timeout" | "failed";
  /** A sentence for people. */
  readonly why: string;
}

/** What a sandbox may send, and who is told of it. */
export interface Outbound {
  /** The hosts that OUTBOUND_HOSTS allows. */
  readonly hosts: readonly string[];
  /** Why nothing may be sent at present; undefined when it may. */
  readonly refused: string | undefined;
  /** Called for each request before it is sent. */
  posted(): void;
}

/** Whether the deployment's OUTBOUND_HOSTS allows a URL's host. */
export function isAllowedHost(url: string, hosts: readonly string[]): boolean {
  const { hostname, port, protocol } = new URL(url);
  const withPort = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  return hosts.some((allowed) => {
    if (!allowed.startsWith("*.")) return allowed === withPort || allowed === hostname;
    const domain = allowed.slice(1);
    return withPort.endsWith(domain) || hostname.endsWith(domain);
  });
}

/** What a request to a host that is not allowed is told. */
export function notAllowed(url: string): string {
  return `OUTBOUND_HOSTS does not allow ${new URL(url).host}`;
}

/**
 * Posts bytes to an address that the deployment allows. Redirects are not followed: they could lead anywhere.
 * An answer that takes longer, or has more bytes, than allowed is a failure.
 */
export async function post(
  url: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Readonly<Record<string, string>>,
  outbound: Outbound,
  most: { readonly milliseconds: number; readonly bytes: number },
): Promise<Result<OutboundAnswer, OutboundFailure>> {
  if (!isAllowedHost(url, outbound.hosts)) return err({ kind: "refused", why: notAllowed(url) });
  if (outbound.refused !== undefined) return err({ kind: "refused", why: outbound.refused });
  outbound.posted();
  // A timer of its own, which ends with the request: AbortSignal.timeout would keep the object in memory until then.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), most.milliseconds);
  try {
    const { signal } = timeout;
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const bytes = await readAnswer(answer, most.bytes);
    if (bytes === undefined) {
      return err({ kind: "failed", why: `${url} answered with more than ${most.bytes} bytes` });
    }
    return ok({ status: answer.status, headers: answer.headers, body: bytes });
  } catch {
    return err(
      timeout.signal.aborted
        ? { kind: "timeout", why: `${url} did not answer within ${most.milliseconds / 1000} s` }
        : { kind: "failed", why: `${url} could not be reached` },
    );
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer(
  { body }: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
