import { ControlError } from "../../../client/index.ts";
import { text } from "../text/text.ts";

/** Why a request was refused: a sentence, and the invalid places of the document. */
export interface Refusal {
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly reason: string }[];
}

/** The API refused what a dialog asked for; the message is for people. */
export class ApiRefusal extends Error {}

/** Runs a call of the control plane. Returns why it failed, or undefined on success. Never rejects. */
export async function refusalOf(doing: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await doing();
    return undefined;
  } catch (error) {
    if (error instanceof ControlError) {
      return { detail: error.problem.detail, errors: error.problem.errors ?? [] };
    }
    // fetch rejects with a TypeError when no answer comes; the client's own errors say more.
    const isAnswer = error instanceof Error && !(error instanceof TypeError);
    return { detail: isAnswer ? error.message : text().common.noAnswer, errors: [] };
  }
}
