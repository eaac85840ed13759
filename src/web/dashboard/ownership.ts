import { batch } from "@preact/signals";
import type { CredentialKind } from "../../client/index.ts";
import { endpoint } from "./address.ts";
import { forgetSandbox, relinkSandbox } from "./overview/recent.ts";
import { connection, control, role, sandboxId, summary } from "./sandbox.ts";
import { linkTo, replaceToken } from "./token.ts";

// What the owner does with the sandbox as a whole. Both end this page's own connection before the answer is there.

let doing: Promise<unknown> | undefined;

/** Waits until what the owner does by this page, if anything, is done. Never rejects. */
export async function settled(): Promise<void> {
  await doing?.catch(() => undefined);
}

function during(call: () => Promise<void>): Promise<void> {
  const promise = call();
  doing = promise;
  return promise;
}

/** Replaces credentials of the sandbox. This page goes on with its new token. */
export function replaceCredentials(kinds: readonly CredentialKind[]): Promise<void> {
  return during(async () => {
    const made = await control().rotate(kinds);
    batch(() => {
      if (role.value === "control" && made.controlToken !== undefined) {
        replaceToken(made.controlToken);
        relinkSandbox(sandboxId.value, linkTo(endpoint, made.controlToken));
      }
      if (summary.value) summary.value = { ...summary.value, ...made };
    });
  });
}

/** Erases the sandbox. This page then says that it is gone. */
export function deleteSandbox(): Promise<void> {
  return during(async () => {
    const id = sandboxId.value;
    await control().delete();
    forgetSandbox(id);
    batch(() => {
      summary.value = undefined;
      connection.value = "deleted";
    });
  });
}
