import { signal } from "@preact/signals";
import { ControlError } from "../../client/index.ts";
import type { Deployment } from "../../documents/responseBodies.ts";
import { words } from "./text/text.ts";

// Who the page is for. The operator's token is kept for this tab only. Behind Cloudflare Access the page needs none, so it asks
// without a token first.

const KEPT_AS = "fc-sandbox:operator";

/** Whether the page was answered as the operator's, was refused, or does not know yet. */
export const standing = signal<"unknown" | "admitted" | "refused">("unknown");
/** Why the operator is to sign in, in the server's words. */
export const reason = signal("");
/** The token that was entered in this tab. */
export const token = signal(kept());

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(given: string | undefined): void {
  token.value = given;
  try {
    if (given === undefined) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, given);
  } catch {
    // Where the browser keeps nothing, the token lasts as long as the page.
  }
}

/** Signs in with a token. Rejects when the server does not take it. */
export async function signIn(given: string): Promise<void> {
  if (!/^[\x21-\x7e]+$/.test(given)) throw new Error(words().signIn.noToken);
  await received<Deployment>(await sent("GET", "/deployment", undefined, given));
  keep(given);
  standing.value = "admitted";
}

export function signOut(): void {
  keep(undefined);
  refuse("");
}

function refuse(why: string): void {
  standing.value = "refused";
  reason.value = why;
}

type Method = "GET" | "POST" | "DELETE";

/** Calls one of the operator's operations. Rejects with a ControlError when it is refused. */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return received<T>(await answered(method, path, body));
}

/** Like `ask`, for a response that is no JSON. */
export async function askText(path: string): Promise<string> {
  return (await answered("GET", path)).text();
}

async function answered(method: Method, path: string, body?: unknown): Promise<Response> {
  const given = token.peek();
  const response = await sent(method, path, body, given);
  // The response to what was asked before signing in or out says nothing any more.
  if (given !== token.peek()) return response;
  if (response.ok) standing.value = "admitted";
  if (response.status === 401 || response.status === 403) {
    const { detail } = await problemOf(response.clone());
    keep(undefined);
    // Without a token, that one is wanted is no mistake.
    refuse(response.status === 401 ? "" : detail);
  }
  if (!response.ok) throw await failure(response);
  return response;
}

/** Sends a request below the page's own path, so that one rule of an access proxy covers the page and its requests. */
async function sent(method: Method, path: string, body: unknown, given?: string): Promise<Response> {
  const response = await fetch(new URL(`operator/_sandbox${path}`, location.href), {
    method,
    headers: given === undefined ? {} : { Authorization: `Bearer ${given}` },
    body: body === undefined ? null : JSON.stringify(body),
    // An access proxy redirects whoever is no longer logged in.
    redirect: "manual",
  }).catch(() => {
    throw new Error(words().shell.noAnswer);
  });
  if (response.type === "opaqueredirect") throw new Error(words().shell.loginEnded);
  return response;
}

async function received<T>(response: Response): Promise<T> {
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? (undefined as T) : await response.json();
}

async function failure(response: Response): Promise<Error> {
  return new ControlError(await problemOf(response));
}

async function problemOf(response: Response): Promise<ControlError["problem"]> {
  const { status, statusText } = response;
  const unknown = { status, title: statusText, detail: words().shell.noReason(status) };
  const told: Partial<ControlError["problem"]> = await response.json().catch(() => ({}));
  return { ...unknown, ...told };
}
