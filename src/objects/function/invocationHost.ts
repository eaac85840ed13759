import type { CalledFunction } from "../../fc/destinations.ts";
import type { Invocation, InvocationConfig } from "../../fc/invocations/invocation.ts";
import type { FunctionName } from "../../fc/names.ts";
import type { Result } from "../../lib/result.ts";
import type { ResolvedState } from "../../state/sharedState.ts";
import type { DeliveredInvocation } from "../invocationMessages.ts";
import type { Outbound } from "../outbound.ts";
import type { InvocationLimits } from "./invocationTable.ts";

/** What invocations need of their function's object. */
export interface InvocationHost {
  readonly name: FunctionName;
  readonly storage: DurableObjectStorage;
  state(): ResolvedState;
  config(qualifier: string): InvocationConfig | undefined;
  limits(): InvocationLimits & { readonly answerBytes: number };
  /** What the sandbox may send at present. */
  outbound(): Outbound;
  /** Counts an invocation for outcomes, in this order, until one applies. Returns which of those asked do apply. */
  countOutcomes(ids: readonly string[]): Promise<Readonly<Record<string, boolean>>>;
  triggerFaults(ids: readonly string[]): Promise<readonly string[]>;
  /** Enqueues an invocation of a function of the sandbox; the error says why that can't be. */
  deliver(to: CalledFunction, invocation: DeliveredInvocation): Promise<Result<undefined, string>>;
  waitUntil(work: Promise<unknown>): void;
  /** Called in the turn in which invocations changed: they are stored, and may be due again. */
  changed(invocations: readonly Invocation[]): void;
  /** Tells those who watch the sandbox of invocations. */
  publish(invocations: readonly Invocation[]): void;
}
