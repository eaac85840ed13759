import { ControlError } from "../../client/index.ts";

/** Why the control plane refused something: a sentence, and what is wrong where. */
export interface Refusal {
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly reason: string }[];
}

/** Does something; what the control plane has against it, or undefined. */
export async function refusalOf(doing: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await doing();
    return undefined;
  } catch (error) {
    if (error instanceof ControlError) {
      return { detail: error.problem.detail, errors: error.problem.errors ?? [] };
    }
    return { detail: "The sandbox did not answer.", errors: [] };
  }
}
