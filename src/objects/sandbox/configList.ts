import { renderConfig, renderPage } from "../../fc/asyncConfig/render.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import type { ApiError } from "../../fc/errors.ts";
import type { ConfigName } from "../../fc/names.ts";
import { type PageRequest, pageOf, startOf } from "../../fc/paging.ts";
import type { ApiVersion } from "../../fc/versions.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

/** How many functions are read at once for a page: few more than a page may need. */
const LISTED_AT_ONCE = 32;

interface NamedConfig {
  readonly name: ConfigName;
  readonly config: StoredAsyncConfig;
}

/** The list of the configs of all FC 3.0 functions, by function and qualifier. */
export class ConfigList {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #tokens: PageTokens;

  constructor(store: SandboxStore, functions: Functions, tokens: PageTokens) {
    this.#store = store;
    this.#functions = functions;
    this.#tokens = tokens;
  }

  /**
   * A page of the list; InvalidArgument when this list did not issue the token. A page continues after the last config of the
   * page before, wherever configs were created and deleted in the meantime.
   */
  async page(version: ApiVersion, request: PageRequest): Promise<Result<object, ApiError>> {
    const start = await startOf(request, this.#tokens);
    if (!start.ok) return start;
    const { limit: size } = request;
    const [afterFunction = "", afterQualifier = ""] = (start.value ?? "/").split("/");
    const found: NamedConfig[] = [];
    const functions = this.#store.directory.namesFrom(afterFunction);
    for (let i = 0; i < functions.length && found.length <= size; i += LISTED_AT_ONCE) {
      const configs = functions.slice(i, i + LISTED_AT_ONCE).map(async (functionName) => {
        const name = { service: "", function: functionName };
        const after = functionName === afterFunction ? afterQualifier : "";
        const its = await this.#functions.objectOf(name).configsAfter(after, size + 1);
        return its.map((config) => ({ name: { ...name, qualifier: config.qualifier }, config }));
      });
      found.push(...(await Promise.all(configs)).flat());
    }
    const issue = ({ name }: NamedConfig) => this.#tokens.issue(`${name.function}/${name.qualifier}`);
    const page = await pageOf(found, size, issue);
    const { settings } = this.#store;
    const render = ({ name, config }: NamedConfig) => renderConfig(version, name, settings, config);
    return ok(renderPage(version, page, render));
  }
}
