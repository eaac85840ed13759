import { DurableObject } from "cloudflare:workers";
import type { GivenItems, StoredConfig } from "../api/config.ts";
import { failure, type Outcome, success } from "../api/errors.ts";
import type { ConfigName, FunctionName } from "../api/names.ts";
import { type Page, type PageRequest, PageTokens } from "../api/paging.ts";
import { type Env, limit } from "../env.ts";
import { sandboxObject } from "../objects.ts";
import { merge } from "./merge.ts";
import { ConfigStore } from "./store.ts";

/**
 * Holds the configs of one function of one sandbox. Its methods read and write without waiting in between, so
 * partial updates of one config are merged one after the other.
 */
export class FunctionObject extends DurableObject<Env> {
  readonly #configs: ConfigStore;
  #joined: boolean;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#configs = new ConfigStore(ctx.storage);
    this.#joined = ctx.storage.kv.get<boolean>("joined") ?? false;
  }

  /** Creates the config or merges the items into it. AccessDenied when a limit allows no further config. */
  async put(sandbox: string, name: ConfigName, given: GivenItems): Promise<Outcome<StoredConfig>> {
    const joined = await this.#join(sandbox, name);
    if (!joined.ok) return joined;
    const stored = this.#configs.get(name.qualifier);
    const most = limit(this.env, "MAX_QUALIFIERS_PER_FUNCTION");
    if (stored === undefined && this.#configs.count() >= most) {
      return failure("AccessDenied", `function '${name.function}' has ${most} configs, and may have no more`);
    }
    const merged = merge(name.qualifier, stored, given, Date.now());
    this.#configs.save(merged);
    return success(merged);
  }

  /** The config; AsyncConfigNotExists. */
  async get(name: ConfigName): Promise<Outcome<StoredConfig>> {
    const config = this.#configs.get(name.qualifier);
    return config ? success(config) : failure("AsyncConfigNotExists", name.function, name.qualifier);
  }

  /** Deletes the config; AsyncConfigNotExists. */
  async delete(name: ConfigName): Promise<Outcome<undefined>> {
    return this.#configs.delete(name.qualifier)
      ? success(undefined)
      : failure("AsyncConfigNotExists", name.function, name.qualifier);
  }

  /** A page of the function's configs by qualifier; InvalidArgument when its token is none of this function's. */
  async list({ limit: size, nextToken }: PageRequest): Promise<Outcome<Page<StoredConfig>>> {
    const tokens = new PageTokens(this.ctx.storage.kv);
    const after = nextToken === undefined ? success("") : await tokens.open(nextToken);
    if (!after.ok) return after;
    const configs = this.#configs.after(after.value, size + 1);
    const items = configs.slice(0, size);
    const last = items.at(-1);
    const more = configs.length > size && last;
    return success({ items, nextToken: more ? await tokens.issue(last.qualifier) : undefined });
  }

  /** Up to `limit` configs whose qualifier comes after this one: the sandbox's list of all functions' configs. */
  async configsAfter(qualifier: string, limit: number): Promise<StoredConfig[]> {
    return this.#configs.after(qualifier, limit);
  }

  /** Makes the function known to its sandbox, once. */
  async #join(sandbox: string, name: FunctionName): Promise<Outcome<undefined>> {
    if (this.#joined) return success(undefined);
    const joined = await sandboxObject(this.env, sandbox).join({
      service: name.service,
      function: name.function,
    });
    if (joined.ok) {
      this.ctx.storage.kv.put("joined", true);
      this.#joined = true;
    }
    return joined;
  }
}
