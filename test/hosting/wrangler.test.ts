import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";

interface Config {
  readonly name: string;
  readonly routes?: readonly unknown[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly ratelimits: readonly { readonly namespace_id: string }[];
}

const read = (environment: string): Config => readConfig({ config: "wrangler.toml", env: environment });
const [production, staging] = [read(""), read("staging")];

test("staging is production's Worker, with its bindings, variables, assets and migrations", () => {
  const declared = (config: Config) => ({
    ...config,
    // What tells one deployment from the other.
    name: undefined,
    targetEnvironment: undefined,
    routes: undefined,
    vars: { ...config.vars, SANDBOX_DOMAIN: undefined },
    ratelimits: config.ratelimits.map((limit) => ({ ...limit, namespace_id: undefined })),
  });
  expect(declared(staging)).toEqual(declared(production));
});

test("staging has a name, routes, and counters for its rate limits of its own", () => {
  expect(production.name).toBe("fc-sandbox");
  expect(staging.name).toBe("fc-sandbox-staging");
  const patterns = ({ routes = [] }: Config) => routes.map((route) => JSON.stringify(route));
  // Inherited, where staging has none.
  expect(patterns(production).filter((route) => patterns(staging).includes(route))).toEqual([]);
  const counters = [production, staging].flatMap((config) =>
    config.ratelimits.map((limit) => limit.namespace_id),
  );
  expect(new Set(counters).size).toBe(4);
});

test("the deploy button asks for each secret, says what it is for, and suggests none", () => {
  const secrets = parseEnv(readFileSync(".dev.vars.example", "utf8"));
  expect(secrets).toEqual({ ROOT_SECRET: "", OPERATOR_TOKEN: "" });
  const { cloudflare } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(Object.keys(cloudflare.bindings).sort()).toEqual(Object.keys(secrets).sort());
});
