import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { apiVersions } from "../../src/fc/versions.ts";
import { newSandbox } from "../newSandbox.ts";
import { request } from "../request.ts";

test("every route of the Worker but the pages is in the document", async () => {
  const { paths } = (await request("GET", "/openapi.json")).body;
  const routed = app.routes
    .filter(({ method, path }) => !["ALL", "OPTIONS"].includes(method) && !path.includes("*"))
    .map(({ method, path }) => {
      const written = path
        .replace(/^\/_sandbox\/$/, "/_sandbox")
        .replace(/:service\b/, "{serviceName}")
        .replace(/:function\b/, "{functionName}")
        .replace(/:version\b/, "{versionId}")
        .replace(/:alias\b/, "{aliasName}")
        .replace("/async-tasks/:task", "/async-tasks/{taskId}")
        .replace(/:task\b/, "{invocationId}")
        .replace(/:(\w+)/g, "{$1}");
      return `${method} ${written}`;
    });
  const documented = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const pages = [
    "GET /",
    "GET /docs",
    "GET /operator",
    "GET /openapi.json",
    ...apiVersions.map(({ id }) => `GET /openapi-${id}.json`),
    "GET /assets/{name}",
    "GET /guide",
    "GET /guide/{page}",
    "GET /guide/{folder}/{page}",
  ];
  expect(new Set(routed)).toEqual(new Set([...documented, ...pages]));
});

describe("the server of a document is the URL at which its client asked", () => {
  const asked = async (url: string, variables: object = {}, headers: Record<string, string> = {}) => {
    const response = await app.request(url, { headers }, { ...env, ...variables });
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    return (await response.json<{ servers: { url: string }[] }>()).servers.map((server) => server.url);
  };

  test("by host, by path, and by the host of a sandbox", async () => {
    const { id } = (await newSandbox()).access;
    expect(await asked("https://fc.example/openapi.json")).toEqual(["https://fc.example"]);
    expect(await asked(`https://fc.example/s/${id}/openapi.json`)).toEqual([`https://fc.example/s/${id}`]);
    const [url] = await asked(`https://${id}.fc.example/openapi.json`, { SANDBOX_DOMAIN: "fc.example" });
    expect(url).toBe(`https://${id}.fc.example/s/${id}`);
  });

  test("behind a proxy, and with the deployment's own URL", async () => {
    const forwarded = { "X-Forwarded-Host": "public.example", "X-Forwarded-Proto": "https" };
    const path = "http://inside/openapi-2023-03-30.json";
    expect(await asked(path, {}, forwarded)).toEqual(["http://inside"]);
    expect(await asked(path, { TRUSTED_PROXY: "on" }, forwarded)).toEqual(["https://public.example"]);
    expect(await asked(path, { PUBLIC_URL: "https://known.example/fc" })).toEqual([
      "https://known.example/fc",
    ]);
  });
});
