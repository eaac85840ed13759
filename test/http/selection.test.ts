import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Env } from "../../src/env.ts";
import { pathInSandbox, routedPath, selectSandbox } from "../../src/http/selection.ts";

// Ids that a deployment made are looked at where the Worker runs: test/control/isolation.worker.test.ts.

describe("the path in a sandbox", () => {
  test.each([
    ["/s/team", "/"],
    ["/s/team/", "/"],
    ["/s/team/2023-03-30/functions", "/2023-03-30/functions"],
    ["/%73/team/docs", "/docs"],
    ["/s//docs", "/docs"],
    ["/s/a/s/b/docs", "/s/b/docs"],
    ["/s/team/a\nb", "/a\nb"],
    ["/", "/"],
    ["/s", "/s"],
    ["/S/team/docs", "/S/team/docs"],
    ["/services/s/functions", "/services/s/functions"],
    ["/2023-03-30/s/team", "/2023-03-30/s/team"],
  ])("of %j is %j", (path, inside) => expect(pathInSandbox(path)).toBe(inside));

  test("of a prefix and any path is that path", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, path) => {
        const id = text.replaceAll("/", "");
        expect(pathInSandbox(`/s/${id}/${path}`)).toBe(`/${path}`);
      }),
    );
  });
});

test.each([
  ["/_sandbox/", "/_sandbox"],
  ["/s/team/_sandbox/faults/", "/_sandbox/faults"],
  ["//2021-04-06//services/", "/2021-04-06/services"],
  ["//s/team//docs", "/docs"],
  ["/s/team//", "/"],
  ["//", "/"],
])("%j is routed as %j", (path, routed) => expect(routedPath(path, "GET")).toBe(routed));

describe("below the operator's page", () => {
  test.each([
    ["GET", "/operator/_sandbox/deployment", "/_sandbox/deployment"],
    ["HEAD", "/operator/_sandbox/deployment", "/_sandbox/deployment"],
    ["GET", "//operator//_sandbox/deployment/audit/", "/_sandbox/deployment/audit"],
    ["GET", "/s/team/operator/_sandbox/sandboxes", "/_sandbox/sandboxes"],
    ["GET", "/operator/_sandbox/sandboxes/a", "/_sandbox/sandboxes/a"],
    ["DELETE", "/operator/_sandbox/sandboxes/a", "/_sandbox/sandboxes/a"],
    ["POST", "/operator/_sandbox/sandboxes/a/links", "/_sandbox/sandboxes/a/links"],
    ["GET", "/operator/_sandbox/invitations", "/_sandbox/invitations"],
    ["POST", "/operator/_sandbox/invitations", "/_sandbox/invitations"],
    ["DELETE", "/operator/_sandbox/invitations/a", "/_sandbox/invitations/a"],
  ])("%s %s is routed as the operator's operation", (method, path, routed) => {
    expect(routedPath(path, method)).toBe(routed);
  });

  test.each([
    // Creating a sandbox is for teams.
    ["POST", "/operator/_sandbox/sandboxes"],
    ["GET", "/operator/_sandbox/health"],
    ["GET", "/operator/_sandbox/requests"],
    ["DELETE", "/operator/_sandbox/deployment"],
    ["GET", "/operator/_sandbox/sandboxes/a/b"],
    ["GET", "/operator/_sandbox"],
    ["GET", "/operator/2023-03-30/functions"],
    ["GET", "/operators/_sandbox/deployment"],
    ["GET", "/operator/operator/_sandbox/deployment"],
  ])("%s %s is not", (method, path) => expect(routedPath(path, method)).toBe(path));
});

describe("which sandbox a request names", () => {
  const env = { ROOT_SECRET: "root", DEFAULT_SANDBOX: "open", SANDBOX_DOMAIN: "Sandbox.Example" } as Env;
  const keyOf = (id: string) => ({ Authorization: `FC sbx-${id}:signature` });

  const select = (url: string, headers: Record<string, string> = {}, changes: Partial<Env> = {}) =>
    selectSandbox(new Request(url, { headers }), { ...env, ...changes });

  test.each([
    ["the path prefix before all else", "http://host.sandbox.example/s/path/docs", keyOf("key"), "path"],
    ["the host's label before the access key", "http://host.sandbox.example/docs", keyOf("key"), "host"],
    ["the host in any case, with a port and a dot", "http://Host.SANDBOX.example.:8787/", {}, "host"],
    ["all that is before the domain", "http://a.b.sandbox.example/", {}, "a.b"],
    ["the access key, where nothing else does", "http://127.0.0.1/docs", keyOf("key"), "key"],
    ["an empty name as well", "http://127.0.0.1/s//docs", keyOf("key"), ""],
  ])("%s", async (_, url, headers, named) => {
    expect(await select(url, headers)).toEqual({ ok: false, named });
  });

  test.each([
    ["nothing", "http://127.0.0.1/docs", {}, {}],
    ["the prefix of default", "http://127.0.0.1/s/default/docs", keyOf("key"), {}],
    ["an access key of somebody else's", "http://127.0.0.1/docs", { Authorization: "FC LTAI:signature" }, {}],
    ["the bare domain", "http://sandbox.example/docs", {}, {}],
    ["a domain that only ends alike", "http://team.othersandbox.example/docs", {}, {}],
    ["a host, where there is no domain", "http://team.sandbox.example/docs", {}, { SANDBOX_DOMAIN: "" }],
  ])("by %s it is default", async (_, url, headers, changes) => {
    expect(await select(url, headers, changes)).toEqual({ ok: true, sandbox: "default", secret: "root" });
  });

  test("default is not there when it is off, and no other is without a root secret", async () => {
    expect(await select("http://h/", {}, { DEFAULT_SANDBOX: "off" })).toEqual({
      ok: false,
      named: "default",
    });
    const { ROOT_SECRET: _, ...without } = env;
    const id = `${"a".repeat(26)}`;
    expect(await selectSandbox(new Request(`http://h/s/${id}/`), without)).toEqual({ ok: false, named: id });
  });
});
