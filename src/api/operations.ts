import { type Context, Hono } from "hono";
import { type Env, limit } from "../env.ts";
import { functionObject, sandboxObject } from "../objects.ts";
import { readJson } from "./body.ts";
import { configParser, renderConfig, type StoredConfig } from "./config.ts";
import { type ApiError, abbreviated, failure, type Outcome, success } from "./errors.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName, parseName, parseQualifier } from "./names.ts";
import { type Page, parsePageRequest } from "./paging.ts";
import { type ApiVersion, apiVersions, versionOfPath } from "./versions.ts";

export interface ApiEnv {
  Bindings: Env;
  Variables: { sandbox: string; requestId: string };
}
export type ApiContext = Context<ApiEnv>;

/** Does one operation of one version: what comes of it is the body of a 200, or undefined for a 204. */
type Operation = (c: ApiContext) => Promise<Outcome<object | undefined>>;

function put(version: ApiVersion): Operation {
  const parseItems = configParser(version);
  return async (c) => {
    const name = configName(c, version);
    if (!name.ok) return name;
    const body = await readJson(c.req.raw, limit(c.env, "MAX_BODY_BYTES"));
    if (!body.ok) return body;
    const items = parseItems(body.value);
    if (!items.ok) return items;
    const config = await functionObject(c.env, c.var.sandbox, name.value).put(
      c.var.sandbox,
      name.value,
      items.value,
    );
    return config.ok ? success(render(c, version, name.value, config.value)) : config;
  };
}

function get(version: ApiVersion): Operation {
  return async (c) => {
    const name = configName(c, version);
    if (!name.ok) return name;
    const config = await functionObject(c.env, c.var.sandbox, name.value).get(name.value);
    return config.ok ? success(render(c, version, name.value, config.value)) : config;
  };
}

function remove(version: ApiVersion): Operation {
  return async (c) => {
    const name = configName(c, version);
    return name.ok ? await functionObject(c.env, c.var.sandbox, name.value).delete(name.value) : name;
  };
}

function list(version: ApiVersion): Operation {
  return async (c) => {
    const page = parsePageRequest(c.req.query("limit"), c.req.query("nextToken"));
    if (!page.ok) return page;
    const functionName = c.req.param("function") ?? c.req.query("functionName");
    if (!functionName && !version.hasServices) {
      const configs = await sandboxObject(c.env, c.var.sandbox).listConfigs(c.var.sandbox, page.value);
      if (!configs.ok) return configs;
      return success(renderPage(configs.value, (entry) => render(c, version, entry.name, entry.config)));
    }
    const name = parseFunctionName(c, c.req.param("service") ?? "", functionName ?? "", version);
    if (!name.ok) return name;
    const configs = await functionObject(c.env, c.var.sandbox, name.value).list(page.value);
    if (!configs.ok) return configs;
    return success(
      renderPage(configs.value, (config) =>
        render(c, version, { ...name.value, qualifier: config.qualifier }, config),
      ),
    );
  };
}

const operations = [
  { method: "PUT", path: "configPath", of: put },
  { method: "GET", path: "configPath", of: get },
  { method: "DELETE", path: "configPath", of: remove },
  { method: "GET", path: "listPath", of: list },
] as const;

/** The routes of all operations in all API versions. */
export function apiRoutes(): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  for (const version of apiVersions) {
    for (const prefix of version.prefixes) {
      for (const { method, path, of } of operations) {
        const operation = of(version);
        routes.on(method, prefix + version[path], async (c) => {
          const outcome = await operation(c);
          if (!outcome.ok) return errorResponse(c, version, outcome.error);
          return outcome.value === undefined ? c.body(null, 204) : jsonResponse(c, 200, outcome.value);
        });
      }
      for (const path of ["configPath", "listPath"] as const) {
        const methods = operations.filter((operation) => operation.path === path).map(({ method }) => method);
        routes.options(prefix + version[path], (c) =>
          c.body(null, 204, { Allow: [...methods, "HEAD", "OPTIONS"].join(", ") }),
        );
      }
    }
  }
  return routes;
}

/** The answer to a path or method that no version has. */
export function pathNotSupported(c: ApiContext): Response {
  const { error } = failure("PathNotSupported", c.req.method, abbreviated(new URL(c.req.url).pathname));
  return errorResponse(c, versionOfPath(c.req.path), error);
}

/** An error in the shape of the API version that the request spoke. */
export function errorResponse(c: ApiContext, version: ApiVersion, error: ApiError): Response {
  return jsonResponse(c, error.status, version.errorBody(error, c.var.requestId));
}

function jsonResponse(c: ApiContext, status: number, body: object): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(body)) as Uint8Array<ArrayBuffer>;
  // Content-Length by name, so that the answer to HEAD has it too.
  return c.body(bytes, status as 200, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(bytes.length),
  });
}

function configName(c: ApiContext, version: ApiVersion): Outcome<ConfigName> {
  const segment = c.req.param("service") ?? "";
  let service = segment;
  let came = c.req.query("qualifier") || DEFAULT_QUALIFIER;
  if (version.qualifierIn === "service segment") {
    const dot = segment.indexOf(".");
    service = dot === -1 ? segment : segment.slice(0, dot);
    came = dot === -1 ? DEFAULT_QUALIFIER : segment.slice(dot + 1);
  }
  const name = parseFunctionName(c, service, c.req.param("function") ?? "", version);
  if (!name.ok) return name;
  const qualifier = parseQualifier(came, limit(c.env, "MAX_NAME_LENGTH"));
  return qualifier.ok ? success({ ...name.value, qualifier: qualifier.value }) : qualifier;
}

function parseFunctionName(
  c: ApiContext,
  service: string,
  functionName: string,
  version: ApiVersion,
): Outcome<FunctionName> {
  const maxLength = limit(c.env, "MAX_NAME_LENGTH");
  if (version.hasServices) {
    const serviceName = parseName("serviceName", service, maxLength);
    if (!serviceName.ok) return serviceName;
  }
  const name = parseName("functionName", functionName, maxLength);
  return name.ok ? success({ service, function: name.value }) : name;
}

function render(c: ApiContext, version: ApiVersion, name: ConfigName, config: StoredConfig) {
  return renderConfig(version, name, { region: c.env.REGION, accountId: c.env.ACCOUNT_ID }, config);
}

function renderPage<T>(page: Page<T>, renderItem: (item: T) => object) {
  const configs = page.items.map(renderItem);
  return page.nextToken === undefined ? { configs } : { configs, nextToken: page.nextToken };
}
