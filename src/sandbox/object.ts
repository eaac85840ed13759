import { DurableObject } from "cloudflare:workers";
import type { StoredConfig } from "../api/config.ts";
import { failure, type Outcome, success } from "../api/errors.ts";
import type { ConfigName, FunctionName } from "../api/names.ts";
import { type Page, type PageRequest, PageTokens } from "../api/paging.ts";
import { type Env, limit } from "../env.ts";
import { functionObject } from "../objects.ts";
import { Directory } from "./directory.ts";

/** How many functions are asked at once when a list walks them. */
const WALK_WIDTH = 16;

interface NamedConfig {
  readonly name: ConfigName;
  readonly config: StoredConfig;
}

/** The parent of a sandbox's functions: knows their names, and answers what is asked of all of them. */
export class SandboxObject extends DurableObject<Env> {
  readonly #directory: Directory;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#directory = new Directory(ctx.storage);
  }

  /** Takes a function into the directory; AccessDenied when the sandbox may have no further one. */
  async join(name: FunctionName): Promise<Outcome<undefined>> {
    if (this.#directory.has(name)) return success(undefined);
    const most = limit(this.env, "MAX_FUNCTIONS_PER_SANDBOX");
    if (this.#directory.count() >= most) {
      return failure("AccessDenied", `this sandbox has ${most} functions, and may have no more`);
    }
    this.#directory.add(name);
    return success(undefined);
  }

  /**
   * A page of all FC 3.0 functions' configs by function and qualifier; InvalidArgument when its token is none of
   * this list's. A page goes on after the last config of the one before, wherever configs have come and gone.
   */
  async listConfigs(
    sandbox: string,
    { limit: size, nextToken }: PageRequest,
  ): Promise<Outcome<Page<NamedConfig>>> {
    const tokens = new PageTokens(this.ctx.storage.kv);
    const token = nextToken === undefined ? success("/") : await tokens.open(nextToken);
    if (!token.ok) return token;
    const [afterFunction = "", afterQualifier = ""] = token.value.split("/");
    const found: NamedConfig[] = [];
    const functions = this.#directory.namesFrom(afterFunction);
    for (let i = 0; i < functions.length && found.length <= size; i += WALK_WIDTH) {
      const configs = functions.slice(i, i + WALK_WIDTH).map(async (functionName) => {
        const name = { service: "", function: functionName };
        const after = functionName === afterFunction ? afterQualifier : "";
        const configs = await functionObject(this.env, sandbox, name).configsAfter(after, size + 1);
        return configs.map((config) => ({ name: { ...name, qualifier: config.qualifier }, config }));
      });
      found.push(...(await Promise.all(configs)).flat());
    }
    const items = found.slice(0, size);
    const last = items.at(-1)?.name;
    const more = found.length > size && last;
    return success({
      items,
      nextToken: more ? await tokens.issue(`${last.function}/${last.qualifier}`) : undefined,
    });
  }
}
