import type { Role } from "../../state/roles.ts";
import type { Admission } from "./admission.ts";
import type { Advance } from "./advance.ts";
import type { ApiRequests } from "./apiRequests.ts";
import type { Changes } from "./changes.ts";
import type { Controls } from "./controls.ts";
import type { Functions } from "./functions.ts";
import type { InvocationLists } from "./invocationLists.ts";
import type { PactStates } from "./pactStates.ts";
import type { Registrations } from "./registrations.ts";
import type { RequestJournal } from "./requestJournal.ts";
import type { Snapshots } from "./snapshots.ts";
import type { SandboxStore } from "./store.ts";
import type { Usage } from "./usage.ts";

/** What the object itself does for the others. */
export interface SandboxHost {
  /** When the sandbox is erased if nobody uses it until then, in RFC 3339; null for never. */
  expiresAt(): string | null;
  /** Notes that the sandbox is in use, so that it is not erased as an idle one. */
  reportUse(): Promise<void>;
  /** Closes the live feed of watchers that came in a role. */
  dismiss(role: Role): void;
}

/** A sandbox's tables, and what works on them, each with a concern of its own. */
export interface Concerns {
  readonly host: SandboxHost;
  readonly store: SandboxStore;
  readonly functions: Functions;
  readonly changes: Changes;
  readonly controls: Controls;
  readonly advance: Advance;
  readonly journal: RequestJournal;
  readonly invocationLists: InvocationLists;
  readonly snapshots: Snapshots;
  readonly pactStates: PactStates;
  readonly registrations: Registrations;
  readonly apiRequests: ApiRequests;
  readonly admission: Admission;
  readonly usage: Usage;
}
