import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { app } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { type Answer, fromAnotherClient, request } from "../request.ts";

export const OPERATOR = { Authorization: "Bearer operator" };

/** Sends a request of the operator's to the deployment. */
export function asOperator(method: string, path: string, body?: unknown): Promise<Answer> {
  return request(method, `/_sandbox${path}`, body, OPERATOR);
}

/** Sends a request to a Worker with other variables. Objects keep the variables of the tests. */
export async function requestWith(
  variables: Partial<Env>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const context = createExecutionContext();
  const response = await app.request(
    `http://sandbox${path}`,
    {
      method,
      headers: { ...fromAnotherClient(), "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { ...env, ...variables },
    context,
  );
  await waitOnExecutionContext(context);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

export interface InvitationWithKey {
  readonly id: string;
  readonly key: string;
  readonly team: string;
}

/** Makes an invitation. */
export async function invite(given: object = {}): Promise<InvitationWithKey> {
  const { status, body } = await asOperator("POST", "/invitations", { team: crypto.randomUUID(), ...given });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** Creates a sandbox by an invitation's key, where nobody creates one without. */
export function createBy(key: string | undefined, body: object = {}): Promise<Answer> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  return requestWith({ CREATION: "invited" }, "POST", "/_sandbox/sandboxes", body, headers);
}
