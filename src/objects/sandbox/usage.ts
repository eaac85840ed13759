import type { Env } from "../../env.ts";
import type { FunctionName } from "../../fc/names.ts";
import {
  dayOf,
  type FunctionUsage,
  REPORT_AFTER,
  requestsUsedUp,
  type Throttled,
} from "../../state/quota.ts";
import { hasOperator, metersUsage, type Quotas, variables } from "../../variables.ts";
import type { RegistryAnswer, SandboxReport } from "../registryMessages.ts";
import type { Registered, SandboxStore, UsedDay } from "./store.ts";

/** How many days the sandbox remembers. */
const DAYS_KEPT = 31;
/** How often a sandbox that is used tells the registry. */
const REGISTRY_MS = 600_000;
/** How soon the alarm tells the registry of a new sandbox, where that failed at first. */
const REGISTRY_AGAIN_MS = 60_000;
/** A sandbox of a team tells the registry sooner, when it has used this part of what the team may use on a day. */
const TEAM_SHARES = 50;

/** What a sandbox uses: sums up what its functions report, and says when a quota is used up. */
export class Usage {
  readonly #store: SandboxStore;
  readonly #env: () => Env;
  /** What the sandbox's own object stores, in bytes. */
  readonly #ownBytes: () => number;

  constructor(store: SandboxStore, env: () => Env, ownBytes: () => number) {
    this.#store = store;
    this.#env = env;
    this.#ownBytes = ownBytes;
    const { counted } = store.journal;
    const own = store.get("ownRequests");
    // Earlier releases counted requests, and nobody asked for them. Without a journal, its counters begin anew.
    const isOlder = own === 0 && store.get("usedAt") > 0 && store.get("createdAt") === undefined;
    if (counted < own || (isOlder && counted > 0)) store.set("ownRequests", counted);
  }

  /** Whether somebody asks what the sandbox uses. */
  get isMetered(): boolean {
    return metersUsage(this.#env());
  }

  /**
   * Notes what a function has used; a function that is not registered is ignored. Returns after how many requests the
   * function reports again: the busier it is, the later, and the sooner, the less is left.
   */
  report(name: FunctionName, usage: FunctionUsage): number {
    const known = this.#store.directory.usageOf(name);
    if (known === undefined) return REPORT_AFTER.most;
    this.#store.directory.setUsage(name, usage);
    const requests = Math.max(0, usage.requests - known.requests);
    this.#add(requests, Math.max(0, usage.posts - known.posts));
    return this.reportAfter(Math.ceil(requests * 1.5));
  }

  /** After how many requests a function reports that would otherwise do so after `wanted`. */
  reportAfter(wanted: number = REPORT_AFTER.first): number {
    const usual = Math.min(REPORT_AFTER.most, Math.max(REPORT_AFTER.first, wanted));
    const { requestsPerDay } = this.#quotas;
    if (requestsPerDay === undefined) return usual;
    const left = Math.max(0, requestsPerDay - this.today.requests - this.today.posts);
    // All functions may use what is left at once.
    const share = Math.floor(left / (2 * Math.max(1, this.#store.directory.count())));
    return Math.min(usual, Math.max(1, share));
  }

  /** Adds the requests that the sandbox itself has answered since it added them last. */
  addOwn(): void {
    const counted = this.#store.journal.counted;
    const known = this.#store.get("ownRequests");
    if (counted === known) return;
    // A kill must not lose what is added here.
    this.#store.journal.flush();
    this.#store.set("ownRequests", counted);
    this.#add(counted - known, 0);
  }

  /** How many requests of its own the sandbox has not added yet. */
  get unaddedOwn(): number {
    return this.#store.journal.counted - this.#store.get("ownRequests");
  }

  #add(requests: number, posts: number): void {
    if (requests + posts === 0) return;
    const { today } = this;
    const added = { ...today, requests: today.requests + requests, posts: today.posts + posts };
    const others = this.#store.get("days").filter(({ day }) => day !== today.day);
    this.#store.set("days", [added, ...others].slice(0, DAYS_KEPT));
  }

  /** What was used today. */
  get today(): UsedDay {
    const day = dayOf(Date.now());
    return this.#store.get("days").find((one) => one.day === day) ?? { day, requests: 0, posts: 0 };
  }

  get bytes(): number {
    return this.#ownBytes() + this.#store.directory.bytes();
  }

  /** The deployment's quotas; the invitation's, where that allows fewer requests. */
  get #quotas(): Quotas {
    const { quotas } = variables(this.#env());
    const own = this.#store.get("origin")?.requestsPerDay ?? Number.POSITIVE_INFINITY;
    const requestsPerDay = Math.min(quotas.requestsPerDay ?? Number.POSITIVE_INFINITY, own);
    return { ...quotas, requestsPerDay: Number.isFinite(requestsPerDay) ? requestsPerDay : undefined };
  }

  /** Why requests are to be refused from now on; null when they are not. */
  get throttled(): Throttled | null {
    const now = Date.now();
    const { requestsPerDay, sandboxBytes } = this.#quotas;
    const { today, bytes } = this;
    if (requestsPerDay !== undefined && today.requests + today.posts >= requestsPerDay) {
      return requestsUsedUp("requests", "this sandbox", requestsPerDay, now);
    }
    if (sandboxBytes !== undefined && bytes > sandboxBytes) {
      return {
        kind: "bytes",
        reason: `this sandbox stores ${bytes} bytes, and may store ${sandboxBytes}: reset it, or delete what it no longer needs`,
        until: null,
      };
    }
    const told = this.#store.get("registered")?.throttled ?? null;
    return told && (told.until === null || told.until > now) ? told : null;
  }

  /** When the registry is to be told by the alarm, in milliseconds since 1970; undefined when there is nothing to tell. */
  get registryDueAt(): number | undefined {
    const usedAt = this.#store.get("usedAt");
    if (!hasOperator(this.#env()) || usedAt === 0) return undefined;
    const registered = this.#store.get("registered");
    // It is told at once when the sandbox is first used: the alarm tries again.
    if (registered === undefined) return usedAt + REGISTRY_AGAIN_MS;
    // A quota may have been raised.
    const isKnown = registered.at >= usedAt && this.#store.get("throttled") === null;
    return isKnown ? undefined : registered.at + REGISTRY_MS;
  }

  /** Whether the registry is to be told now. */
  get isRegistryDue(): boolean {
    if (!hasOperator(this.#env()) || this.#store.get("usedAt") === 0) return false;
    const registered = this.#store.get("registered");
    if (registered === undefined || this.#hasMuchToTell(registered)) return true;
    return (this.registryDueAt ?? Number.POSITIVE_INFINITY) <= Date.now();
  }

  /** Whether the quota of the team may be used up before the registry would be told next. */
  #hasMuchToTell({ today: told }: Registered): boolean {
    const requestsPerDay = this.#store.get("origin")?.requestsPerDay ?? null;
    if (requestsPerDay === null) return false;
    const { today } = this;
    const before = told.day === today.day ? told.requests + told.posts : 0;
    return today.requests + today.posts - before >= Math.max(1, requestsPerDay / TEAM_SHARES);
  }

  /** What the registry is told. */
  reportOf(id: string): SandboxReport {
    const store = this.#store;
    const usedAt = store.get("usedAt");
    return {
      id,
      origin: store.get("origin") ?? null,
      createdAt: store.get("createdAt") ?? usedAt,
      usedAt,
      bytes: this.bytes,
      functions: store.directory.count(),
      today: this.today,
      throttled: store.get("throttled"),
    };
  }

  /** Notes what the registry was told at a time, in milliseconds since 1970, and what it said. */
  told(at: number, { today }: SandboxReport, { throttled }: RegistryAnswer): void {
    this.#store.set("registered", { at, today, throttled });
  }
}
